/**
 * When the certificate ends that a server shows, milliseconds since the epoch; null: there was none to see. The
 * connection is made for that alone and nothing is sent over it, so it may be one that nobody trusts.
 */
export async function readCertificateEnd(
  url: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<number | null> {
  const { hostname, port, protocol } = new URL(url);
  if (protocol !== 'https:') return null;
  const { connect } = await import('node:tls');
  const { isIP } = await import('node:net');
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false, ...servername });
    const end = (at: number | null) => {
      signal?.removeEventListener('abort', giveUp);
      socket.destroy();
      resolve(at);
    };
    const giveUp = () => end(null);
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted === true) return giveUp();
    socket.setTimeout(timeoutMs, giveUp);
    socket.on('error', giveUp);
    socket.on('secureConnect', () => {
      const at = Date.parse(socket.getPeerCertificate().valid_to ?? '');
      end(Number.isNaN(at) ? null : at);
    });
  });
}

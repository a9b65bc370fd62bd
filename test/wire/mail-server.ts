import { SMTPServer } from 'smtp-server';
import { ownPort } from './own-port.ts';

/** A mail as it came in: the envelope, and the bytes after DATA. */
export interface Mail {
  from: string;
  to: string[];
  user: string | null;
  raw: string;
  headers: Record<string, string>;
  /** Decoded text. */
  text: string;
}

/** What it says instead: a status at a moment of the dialogue, silence, or a cut line. */
export type MailFault = { at: 'login' | 'recipient' | 'data'; status: number } | 'hang' | 'cut';

export interface MailServer {
  port: number;
  mails: Mail[];
  faults: MailFault[];
  user: string;
  password: string;
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/** A real SMTP server on a loopback port, with STARTTLS by a certificate that nobody knows where `isSecure`. */
export async function startMailServer({
  isSecure = false,
}: {
  isSecure?: boolean;
} = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const faults: MailFault[] = [];
  const [user, password] = ['steward', 'smtp-pass-5f2a91c0'];
  const port = await ownPort();
  let server: SMTPServer;
  const take = (at: string): Error | null => {
    const fault = faults[0];
    if (typeof fault !== 'object' || fault.at !== at) return null;
    faults.shift();
    return Object.assign(new Error(`fault at ${at}`), { responseCode: fault.status });
  };

  async function up(): Promise<void> {
    server = new SMTPServer({
      authOptional: true,
      disabledCommands: isSecure ? [] : ['STARTTLS'],
      allowInsecureAuth: true,
      logger: false,
      onConnect(_session, done) {
        const fault = faults[0];
        if (fault !== 'hang' && fault !== 'cut') return done();
        faults.shift();
        // Silence is the fault: whoever waits has to give up.
        if (fault === 'cut') done(Object.assign(new Error('going down'), { responseCode: 421 }));
      },
      onAuth(auth, _session, done) {
        const fault = take('login');
        if (fault !== null) return done(fault);
        if (auth.username !== user || auth.password !== password) {
          return done(Object.assign(new Error(`no: ${auth.password}`), { responseCode: 535 }));
        }
        done(null, { user });
      },
      onRcptTo: (_address, _session, done) => done(take('recipient')),
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const fault = take('data');
          if (fault !== null) return done(fault);
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            user: (session.user as string | undefined) ?? null,
            ...read(Buffer.concat(chunks).toString('utf8')),
          });
          done();
        });
      },
    });
    server.on('error', () => {
      // A client that gave up: nothing that a server could do about it.
    });
    await new Promise<void>((resolve, reject) => {
      server.server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  }

  const down = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  await up();
  return { port, mails, faults, user, password, down, up, close: down };
}

function read(raw: string): Pick<Mail, 'raw' | 'headers' | 'text'> {
  const at = raw.indexOf('\r\n\r\n');
  const headers: Record<string, string> = {};
  for (const line of raw
    .slice(0, at)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    headers[name.toLowerCase()] = decodeWords(value);
  }
  const body = raw.slice(at + 4);
  const encoding = headers['content-transfer-encoding'] ?? '7bit';
  const text =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString('utf8')
      : encoding === 'quoted-printable'
        ? decodeQuoted(body)
        : body;
  return { raw, headers, text };
}

/** RFC 2047, both encodings. */
function decodeWords(value: string): string {
  return value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_all, kind: string, text: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString('utf8')
        : decodeQuoted(text.replaceAll('_', ' ')),
    );
}

function decodeQuoted(text: string): string {
  const joined = text.replace(/=\r?\n/g, '');
  const bytes = joined.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

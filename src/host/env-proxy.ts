interface EnvProxy {
  /** `name:port` */
  host: string;
  name: string;
  port: number;
}

/** Does this process take proxies from its environment? */
export function hasEnvProxy(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.NODE_USE_ENV_PROXY === '1';
}

/** What connections of node:http take under NODE_USE_ENV_PROXY; null where it is not in force. Names no password. */
export function proxyFor(target: URL, env: NodeJS.ProcessEnv = process.env): EnvProxy | null {
  if (!hasEnvProxy(env)) return null;
  const given =
    target.protocol === 'https:' ? (env.https_proxy ?? env.HTTPS_PROXY) : (env.http_proxy ?? env.HTTP_PROXY);
  if (!given || !URL.canParse(given)) return null;
  const { hostname, port, protocol } = new URL(given);
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  return { host: `${hostname}:${number}`, name: hostname, port: number };
}

/**
 * The same error, with the proxy's `host:port` where it is the proxy that is at fault: it refused a tunnel, or the
 * connection that failed went to its name or port and not to the target's. A target of NO_PROXY fails at its own.
 */
export function withProxy(error: Error, target: URL, env: NodeJS.ProcessEnv = process.env): Error {
  const proxy = proxyFor(target, env);
  if (proxy === null) return error;
  const targetPort = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
  const isProxys = proxy.port !== targetPort && portsOf(error).includes(proxy.port);
  const isTunnel = 'code' in error && error.code === 'ERR_PROXY_TUNNEL';
  const name = 'hostname' in error ? error.hostname : null;
  const isUnnamed = name === proxy.name && name !== target.hostname;
  return isTunnel || isProxys || isUnnamed ? Object.assign(error, { proxy: proxy.host }) : error;
}

/** Of a name with several addresses, each has been tried. */
function portsOf(error: unknown): number[] {
  if (error instanceof AggregateError) return error.errors.flatMap(portsOf);
  return error instanceof Error && 'port' in error && typeof error.port === 'number' ? [error.port] : [];
}

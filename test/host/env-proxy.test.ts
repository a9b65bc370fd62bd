import { expect, it } from 'vitest';
import { withProxy } from '../../src/host/env-proxy.ts';

const ENV = {
  NODE_USE_ENV_PROXY: '1',
  HTTPS_PROXY: 'http://me:secret@gate.lan:3128',
  HTTP_PROXY: 'http://gate.lan',
};
const refused = (port: number) => Object.assign(new Error('refused'), { code: 'ECONNREFUSED', port });
const unnamed = (hostname: string) => Object.assign(new Error('unnamed'), { code: 'ENOTFOUND', hostname });
const tunnel = () => Object.assign(new Error('HTTP/1.1 403 no'), { code: 'ERR_PROXY_TUNNEL' });
const several = (port: number) => new AggregateError([refused(port)]);

it.each<[string, Error, string, NodeJS.ProcessEnv, string | undefined]>([
  ['a tunnel that it refused', tunnel(), 'https://api.example.com', ENV, 'gate.lan:3128'],
  ['its port, where nothing listens', refused(3128), 'https://api.example.com', ENV, 'gate.lan:3128'],
  ['one of its addresses', several(3128), 'https://api.example.com', ENV, 'gate.lan:3128'],
  ['its name, which nobody knows', unnamed('gate.lan'), 'https://api.example.com', ENV, 'gate.lan:3128'],
  ['the one for plain http', refused(80), 'http://model.lan:8080', ENV, 'gate.lan:80'],
  ['not for a target that is asked directly', refused(11434), 'http://127.0.0.1:11434', ENV, undefined],
  ['not for a port that both have', refused(80), 'http://model.lan', ENV, undefined],
  ['not for a name of the target', unnamed('model.lan'), 'https://model.lan', ENV, undefined],
  [
    'not where Node takes none',
    refused(3128),
    'https://api.example.com',
    { ...ENV, NODE_USE_ENV_PROXY: '' },
    undefined,
  ],
])('an error names the proxy at fault, without its password: %s', (_, error, target, env, proxy) => {
  expect(withProxy(error, new URL(target), env)).toBe(error);
  expect('proxy' in error ? error.proxy : undefined).toBe(proxy);
});

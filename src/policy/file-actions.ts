import type { Action } from '../protocol/action.ts';
import { normalise, type PathJudge } from './paths.ts';
import type { PolicyOptions, World } from './policy-options.ts';
import { matchPath } from './rules.ts';
import { allowed, asks, denied, type Ruling } from './ruling.ts';

type FileAction = Extract<Action, { kind: 'read' | 'scan' | 'write' | 'remove' }>;

/** The Read, Search, Edit and Write tools: by what the path says and by what is behind it. */
export function judgeFile(
  action: FileAction,
  core: { options: PolicyOptions },
  world: World,
  paths: PathJudge,
): Ruling {
  const { options } = core;
  const path = action.kind === 'scan' ? action.root : action.path;
  const isWrite = action.kind === 'write' || action.kind === 'remove';
  const effect = isWrite ? 'reversible' : 'observe';
  if (!path.startsWith('/')) return asks('path:relative', `${path} is not an absolute path`, effect);
  const real = world.resolved.get(path) ?? world.resolved.get(normalise(path)) ?? normalise(path);

  const use = isWrite ? 'write' : action.kind === 'scan' ? 'place' : 'read';
  const against = paths.check(path, [options.cwd], use);
  if (action.kind === 'scan' && against !== undefined) {
    return denied('floor:secret-file', `${path} is where secrets are kept`, effect);
  }
  if (against?.verdict === 'deny') return { ...against, effect };

  const tools = isWrite ? ['Edit', 'Write'] : action.kind === 'scan' ? ['Search', 'Read'] : ['Read'];
  const places = { home: options.home, cwd: options.cwd };
  for (const candidate of new Set([normalise(path), real])) {
    const deny = matchPath(options.rules.deny, tools, candidate, places, true);
    if (deny !== undefined) return denied(`rule:${deny.text}`, `the rule ${deny.text} denies it`, effect);
  }
  if (against !== undefined) return isWrite ? against : { ...against, effect };
  const ask = matchPath(options.rules.ask, tools, real, places, true);
  if (ask !== undefined) return asks(`rule:${ask.text}`, `the rule ${ask.text} asks for it`, effect);
  if (!isWrite) return allowed(`path:${action.kind}`);

  const rule = matchPath(options.rules.allow, tools, real, places, false);
  if (rule !== undefined) {
    return { verdict: 'allow', effect, rule: `rule:${rule.text}`, reason: `the rule ${rule.text} allows it` };
  }
  if (options.mode === 'acceptEdits' && world.isInGitWorkTree?.(real) === true) {
    return {
      verdict: 'allow',
      effect,
      rule: 'mode:acceptEdits',
      reason: 'it edits a file of the git work tree, and can be undone',
    };
  }
  const elsewhere =
    options.mode === 'acceptEdits' ? ', for it is not in the git work tree of the working directory' : '';
  return asks('path:write', `writing ${path} needs a yes${elsewhere}`, effect);
}

/** Only what settings declare: the same origin, and the declared path or below it. */
export function judgeFetch(action: Extract<Action, { kind: 'fetch' }>, endpoints: readonly string[]): Ruling {
  const url = parseUrl(action.url);
  if (url === undefined) return asks('fetch:url', `${action.url} is not a plain http(s) address`, 'observe');
  const isDeclared = endpoints.some((endpoint) => {
    const declared = parseUrl(endpoint);
    if (declared === undefined || declared.origin !== url.origin) return false;
    const folder = declared.pathname.replace(/\/+$/, '');
    return (
      url.pathname === declared.pathname || url.pathname === folder || url.pathname.startsWith(`${folder}/`)
    );
  });
  return isDeclared
    ? allowed('fetch:declared', 'settings declare this endpoint')
    : asks('fetch:undeclared', `${url.origin} is not an endpoint that settings declare`, 'observe');
}

function parseUrl(text: string): URL | undefined {
  // Characters that curl would expand, and a user part that could hold a password or another host.
  if (!/^https?:\/\/[^\s\\{}[\]@]+$/i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.username === '' && url.password === '' ? url : undefined;
}

const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';

/**
 * The same stream, which gets what stands between the two marks of a frame (synchronized output, DEC mode 2026) in one
 * write. Ink writes mark, frame and mark one by one, which a key waits for, and a slow link shows one by one.
 */
export function wholeFrames(stdout: NodeJS.WriteStream): NodeJS.WriteStream {
  let held: string | null = null;
  const write = (...args: Parameters<NodeJS.WriteStream['write']>): boolean => {
    const [chunk] = args;
    if (typeof chunk === 'string' && args.length === 1) {
      if (chunk === BEGIN) {
        held = (held ?? '') + chunk;
        return true;
      }
      if (held !== null) {
        held += chunk;
        if (chunk !== END) return true;
        const frame = held;
        held = null;
        return stdout.write(frame);
      }
    } else if (held !== null) {
      // Somebody wants to know when it is out: so is what comes before.
      stdout.write(held);
      held = null;
    }
    return stdout.write(...args);
  };
  const bound = new Map<unknown, unknown>([['write', write]]);
  return new Proxy(stdout, {
    get(target, name) {
      const known = bound.get(name);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as unknown;
      bound.set(name, method);
      return method;
    },
  });
}

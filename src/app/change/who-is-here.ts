import type { ChangePorts } from '../../changes/index.ts';

const TIMEOUT_MS = 5_000;
const LIMIT_BYTES = 64 * 1024;

/**
 * Somebody with a session on a terminal or a screen, as systemd-logind knows them; null for nobody, and where nobody can
 * be asked. Whoever is there is in the middle of something, or would at least want to know.
 */
export async function whoIsHere(step: string, ports: ChangePorts): Promise<string | null> {
  if (ports.processes.find('loginctl') === undefined) return null;
  const argv = ['loginctl', 'list-sessions', '--no-legend', '--no-pager'];
  const admission = await ports.gate.perform(
    { id: step, origin: 'change', action: { kind: 'process', argv, cwd: '/' } },
    async (permit) => {
      const options = { timeoutMs: TIMEOUT_MS, limitBytes: LIMIT_BYTES, signal: ports.signal };
      const value = await ports.processes.run(permit, options);
      return {
        value,
        trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode ?? value.signal}` },
      };
    },
  );
  if (admission.kind === 'refused' || admission.value.exitCode !== 0) return null;
  return readSessions(admission.value.stdout.text);
}

/** Lines of SESSION UID USER SEAT [LEADER CLASS] TTY …: who has a seat or a terminal. Managers and lingering users have neither. */
export function readSessions(text: string): string | null {
  for (const line of text.split('\n')) {
    const [, uid, user, ...rest] = line.trim().split(/\s+/);
    if (uid === undefined || user === undefined || !/^\d+$/.test(uid)) continue;
    const isSeated = rest.some((word) => /^(?:seat\d+|tty\w*\d+|pts\/\d+)$/.test(word));
    if (isSeated && !rest.includes('manager') && !rest.includes('greeter')) return user;
  }
  return null;
}

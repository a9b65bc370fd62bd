import { describe, expect, it } from 'vitest';
import { bash, play } from './hostile/scene.ts';

describe('a name in a command that only looks', () => {
  it('is looked up among what this machine lists, and marked when it is not there', async () => {
    const played = await play({
      args: ['-p', 'look around'],
      turns: () => [
        [bash('getent hosts localhots'), bash('ping -c 1 -W 1 localhots'), bash('ping -c 1 -W 1 localhost')],
        [bash('lsof -nP -i :7')],
      ],
    });
    const sent = played.sent.join('\n');
    expect(sent).toContain('nobody has observed the host `localhots`; observed: `localhost`');
    expect(sent).not.toContain('nobody has observed the host `localhost`');
    expect(sent).toContain('nobody has observed the port `7`');
    // How it found out is in the log, as a step that only observes.
    expect(played.events).toContainEqual(
      expect.objectContaining({
        type: 'step.decided',
        step: 'I1',
        origin: 'probe',
        command: 'getent hosts',
        decision: 'allow',
      }),
    );
  });

  it('is no stranger when the operator wrote it', async () => {
    const played = await play({
      args: ['-p', 'is backup.lan up?'],
      turns: () => [[bash('ping -c 1 -W 1 backup.lan')]],
    });
    expect(played.sent.join('\n')).not.toContain('nobody has observed');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldMessage } from '../../../src/context/journal/fold-message.ts';
import { cpuTimeMs } from '../../cpu-time.ts';

describe('lines that say the same fold to the same', () => {
  it.each([
    [
      'Accepted publickey for ann from 10.0.0.7 port 51234 ssh2: ED25519 SHA256:abc',
      'Accepted publickey for ann from 203.0.113.9 port 4022 ssh2: ED25519 SHA256:abc',
    ],
    [
      'backup.service: Main process exited, code=exited, status=7',
      'backup.service: Main process exited, code=exited, status=12',
    ],
    ["open '/var/lib/a b/x.db': no space", "open '/srv/other': no space"],
    ['cannot open /var/lib/x.db: denied', 'cannot open /srv/deep/er/y.db: denied'],
    [
      'request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed',
      'request 9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d failed',
    ],
    ['container 4e07408562be died', 'container d4735e3a265e died'],
    ['GET https://a.lan/x?y=1 took 12ms', 'GET http://b.lan:8080/ took 1531ms'],
    ['neighbour fe80::1%eth0 lost', 'neighbour 2001:db8::5 lost'],
    ['mac aa:bb:cc:dd:ee:01 seen at 12:30:01', 'mac 11:22:33:44:55:66 seen at 03:04:05'],
    ['\x1b[31mERROR\x1b[0m at 0x7ffdeadbeef', 'ERROR at 0x55aa'],
    ['pids 1 2 3 gone', 'pids 17 gone'],
    ['key "a\'b" missing', 'key "c" missing'],
  ])('%s', (a, b) => {
    expect(foldMessage(a)).toBe(foldMessage(b));
    expect(foldMessage(a)).toContain('<*>');
  });

  it('and lines that say something else do not', () => {
    expect(foldMessage('I/O error on sda')).not.toBe(foldMessage('I/O timeout on sda'));
    expect(foldMessage("can't open it, don't ask")).toBe("can't open it, don't ask");
    expect(foldMessage('Started std::vector and/or more')).toBe('Started std::vector and/or more');
  });
});

it('folding what is folded changes nothing, and never throws', () => {
  const part = fc.constantFrom(
    '<*>',
    '/',
    '"',
    "'",
    '`',
    '12',
    'ab12cd34',
    ':',
    '::',
    '.',
    '-',
    ' ',
    'http://',
    'x',
    '~',
    '0x',
    '<',
    '*',
    '>',
    '\n',
    '%',
    ',',
  );
  const message = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(part, { maxLength: 30 }).map((p) => p.join('')),
  );
  fc.assert(
    fc.property(message, (text) => {
      const once = foldMessage(text);
      expect(foldMessage(once)).toBe(once);
    }),
    { numRuns: 5_000 },
  );
});

it('takes time linear in the text', async () => {
  for (const unit of ['a', '1', ':', '/', '-', 'ab12', "'", '"x', '<*>', ' ', '1:', 'f-', 'http://']) {
    expect(await cpuTimeMs(() => foldMessage(unit.repeat(40_000))), unit).toBeLessThan(1_000);
  }
});

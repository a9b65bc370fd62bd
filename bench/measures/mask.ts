import { createMasker } from '../../src/lib/mask.ts';
import { makeLookAlikes } from '../../test/lib/mask/look-alikes.ts';
import { makeSecrets } from '../../test/lib/mask/secrets.ts';
import { quantile } from '../statistics.ts';
import type { Row } from '../table.ts';

const BYTES = 8_000_000;

/** Plain lines of a log, look-alikes among them, and now and then a secret. In process. */
export function measureMask(rounds: number): Row[] {
  const masker = createMasker(['hunter22-hunter22', 'correct horse battery']);
  return [
    row('log, a secret in 200 lines', masker.mask, linesOf(200), rounds),
    row('log, a secret in 10 lines', masker.mask, linesOf(10), rounds),
  ];
}

function row(what: string, mask: (text: string) => string, text: string, rounds: number): Row {
  const speeds = Array.from({ length: rounds }, () => {
    const start = performance.now();
    mask(text);
    return text.length / 1_000 / (performance.now() - start);
  });
  const speed = quantile(speeds, 0.5);
  return {
    what: `masking, ${what}`,
    figure: `${speed.toFixed(0)} MB/s (${Math.min(...speeds).toFixed(0)} … ${Math.max(...speeds).toFixed(0)})`,
    floor: '',
    ratio: null,
    target: '≥ 20 MB/s',
    isMet: speed >= 20,
  };
}

const PLAIN = [
  'Nov 21 13:00:12 nas systemd[1]: Started nginx.service - A high performance web server.',
  'Nov 21 13:00:13 nas kernel: [ 12.345678] eth0: link up, 1000 Mbps, full duplex',
  'level=info ts=2026-11-21T13:00:12Z caller=main.go:12 msg="request done" path=/api/v1/query duration=12ms status=200',
  '10.0.0.7 - - [21/Nov/2026:13:00:12 +0000] "GET /index.html HTTP/1.1" 200 1234 "-" "curl/8.5.0"',
  'Nov 21 13:00:14 nas smartd[812]: Device: /dev/sda [SAT], SMART Usage Attribute: 194 Temperature changed from 31 to 32',
];

/** One line in ten looks like a secret, one in `every` holds one. */
function linesOf(every: number): string {
  const secrets = makeSecrets(1, 500);
  const lookAlikes = makeLookAlikes(1, 500);
  const lines: string[] = [];
  for (let i = 0, size = 0; size < BYTES; i++) {
    const line =
      i % every === 0
        ? `Nov 21 app[1]: ${secrets[(i / every) % secrets.length]?.text ?? ''}`
        : i % 10 === 5
          ? (lookAlikes[i % lookAlikes.length] ?? '')
          : (PLAIN[i % PLAIN.length] ?? '');
    lines.push(line);
    size += line.length + 1;
  }
  return lines.join('\n');
}

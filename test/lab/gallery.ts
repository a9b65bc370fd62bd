import type { Step } from '../wire/index.ts';
import { until } from './host.ts';
import type { Lab } from './lab.ts';

export const GALLERY = 'gallery.service';
export const GALLERY_CONF = '/etc/gallery.conf';
const PORT = 8080;

/** A real server on a real port, which reads its settings when it starts and dies of a folder that is not there. */
const PROGRAM = `#!/opt/steward/node_modules/.bin/node
const { existsSync, readFileSync } = require('node:fs');
const lines = readFileSync('${GALLERY_CONF}', 'utf8').split('\\n');
const settings = Object.fromEntries(lines.map((line) => line.split(' = ')));
console.log('gallery: reading ${GALLERY_CONF}');
if (!existsSync(settings.thumbs)) {
  console.error('gallery: thumbs: ' + settings.thumbs + ': no such folder');
  process.exit(3);
}
require('node:http')
  .createServer((_, answer) => answer.end('42 photos\\n'))
  .listen(Number(settings.port), '127.0.0.1', () => console.log('gallery: open on port ' + settings.port));
`;

export const GOOD_CONF = `port = ${PORT}\nphotos = /srv/photos\nthumbs = /var/cache/gallery\n`;
export const BAD_CONF = GOOD_CONF.replace('/var/cache/gallery', '/var/cache/galery');

/** The photos of the family: down since somebody mistyped the folder of their thumbnails. */
export async function installBrokenGallery(lab: Lab): Promise<void> {
  await lab.write('/usr/local/bin/gallery', PROGRAM);
  await lab.write(GALLERY_CONF, BAD_CONF);
  await lab.must(['chmod', '755', '/usr/local/bin/gallery']);
  await lab.must(['mkdir', '-p', '/srv/photos', '/var/cache/gallery']);
  const unit = [
    '[Unit]',
    'Description=Family photos',
    'StartLimitIntervalSec=0',
    '[Service]',
    'ExecStart=/usr/local/bin/gallery',
    '',
  ];
  await lab.write(`/etc/systemd/system/${GALLERY}`, unit.join('\n'));
  await lab.must(['systemctl', 'daemon-reload']);
  await lab.run(['systemctl', 'start', GALLERY]);
  await until(`${GALLERY} has failed`, async () =>
    (await lab.run(['systemctl', 'is-failed', GALLERY])).code === 0 ? true : undefined,
  );
  await lab.must(['journalctl', '--sync']);
}

const bash = (command: string) => ({ name: 'Bash', input: { command } });

/** What the model says: it looks, wants to restart, is told better, and proposes a change that proves itself. */
export const MENDING: Step[] = [
  {
    thinking: 'The snapshot says that gallery.service failed. Its journal will say why.',
    text: 'The photos are served by `gallery.service`, which **failed**. I read what it said before it died.',
    toolCalls: [
      bash(`systemctl status ${GALLERY} --no-pager -n 0`),
      bash(`journalctl -u ${GALLERY} -n 5 --no-pager -o cat`),
    ],
  },
  { toolCalls: [{ name: 'Read', input: { file_path: GALLERY_CONF } }, bash('ls /var/cache')] },
  {
    text: 'It does not find its thumbnails. Perhaps it only needs a restart.',
    toolCalls: [bash(`systemctl restart ${GALLERY}`)],
  },
  {
    text: 'You are right: `/var/cache/galery` does not exist, `/var/cache/gallery` does. I mend the line first, and let the change prove itself.',
    toolCalls: [
      {
        name: 'Change',
        input: {
          title: 'Point the gallery to its thumbnails',
          why: 'thumbs names a folder that is not there',
          evidence: ['C2', 'C3'],
          targets: [GALLERY],
          apply: [
            {
              edit: {
                file: GALLERY_CONF,
                find: 'thumbs = /var/cache/galery',
                replace: 'thumbs = /var/cache/gallery',
              },
            },
            { run: `systemctl restart ${GALLERY}` },
          ],
          verify: [
            { run: `systemctl is-active ${GALLERY}`, within: '10s', for: '1s' },
            { http: `http://127.0.0.1:${PORT}/`, expect: 'status == 200', within: '10s' },
          ],
        },
      },
    ],
  },
  {
    text: `The photos are back.

| | before | now |
| --- | --- | --- |
| \`gallery.service\` | failed, exit 3 | active |
| \`http://127.0.0.1:${PORT}/\` | refused | 200 |

**Cause:** \`thumbs\` in \`${GALLERY_CONF}\` named \`/var/cache/galery\`, a folder that is not there (C2, C3).

**Advice:** keep \`${GALLERY_CONF}\` in git, so that the next typing error shows as a diff.`,
  },
];

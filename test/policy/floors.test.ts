import { describe, expect, it } from 'vitest';
import { decide } from '../../src/gate/decide.ts';
import { bookOf, createPolicy, parsePermissionRule } from '../../src/policy/index.ts';
import type { Action } from '../../src/protocol/action.ts';
import { AUTONOMIES, PERMISSION_MODES } from '../../src/protocol/effect.ts';
import { CWD, HOME, shippedSpecs } from './support.ts';

/** What no mode, rule, autonomy or person at the screen may lift, by the kind of harm. `!` in front: denied outright. */
const FLOORS: Record<string, string[]> = {
  'steward’s own units': [
    '!systemctl restart steward.service',
    '!systemctl stop steward',
    '!systemctl disable --now steward-health-check.timer',
    '!systemctl mask steward@health-check.timer',
    "!systemctl stop 'steward*'",
    "!systemctl mask 'st*'",
    "!systemctl mask 's?eward.service'",
    '!systemctl mask nginx.service steward.service',
    '!systemctl --user mask steward.service',
    '!systemctl edit steward.service',
    '!systemctl kill steward.service',
    '!systemctl set-property steward.service CPUQuota=1%',
    '!systemctl set-property --runtime -- steward.service CPUQuota=1%',
    '!systemctl link /tmp/steward.service',
    '!systemctl reenable /etc/systemd/system/steward.service',
    '!rm /etc/systemd/system/steward.service',
    '!cp x /etc/systemd/system/steward.service.d/override.conf',
    '!cp x ~/.config/systemd/user/steward-check.timer',
    'systemctl mask "$(echo steward)"',
    'for u in nginx steward; do systemctl mask "$u"; done',
    'ls /etc/systemd/system | xargs systemctl mask',
    '!pkill steward',
    '!killall -9 steward',
    '!steward resume',
    '!steward run health-check',
    '!/usr/local/bin/steward policy check x',
    '!timeout 5 steward pause',
  ],
  'steward’s own files': [
    '!rm /etc/steward/steward.yaml',
    '!sed -i s/a/b/ /etc/steward/steward.yaml',
    '!cp x /etc/steward/policy/a.yaml',
    '!touch /etc/steward/approvals/x',
    '!mv /var/lib/steward /srv/x',
    '!mv /etc/./steward/../steward/steward.yaml /srv/x',
    '!ln -sf /srv/x /etc/steward',
    '!chmod 777 /var/lib/steward/runs',
    '!echo x > /etc/steward/steward.yaml',
    '!echo x >> /var/lib/steward/runs/a.jsonl',
    '!tee -a .steward/steward.yaml',
    '!cp x ~/.config/steward/steward.yaml',
    '!rm -rf /etc',
    '!rm -rf /var/lib',
    '!rm -rf /',
    'mv /etc /srv/x',
    'mv /var /srv/x',
    'mv /etc/st* /srv/x',
    'touch /etc/stewar?/x',
    'touch /etc/{steward,x}*',
    'touch "$(echo /etc/steward/x)"',
    'd=/etc; cp x "$d"/$(echo steward)/x',
    'echo /etc/steward/x | xargs touch',
    'cd /etc && mv st* /srv/x',
    'cd /etc && touch stewar[d]/x',
  ],
  power: [
    '!reboot',
    '!poweroff',
    '!halt',
    '!shutdown -h now',
    '!init 0',
    '!telinit 6',
    '!systemctl reboot',
    '!systemctl soft-reboot',
    '!systemctl --no-wall poweroff',
    '!systemctl kexec',
    '!systemctl suspend',
    '!systemctl isolate rescue.target',
    '!systemctl isolate rescue',
    '!systemctl start reboot.target',
    '!systemctl start --no-block poweroff.target',
    '!systemctl start ctrl-alt-del.target',
    '!loginctl reboot',
    '!loginctl poweroff',
    '!rtcwake -m mem -s 60',
    '!kexec -e',
    '!echo b > /proc/sysrq-trigger',
    '!tee /proc/sysrq-trigger',
    '!talosctl reboot',
    '!talosctl shutdown',
    '!ipmitool chassis power off',
    '!timeout 5 reboot',
    '!env LC_ALL=C reboot',
    '!nohup systemctl reboot',
    '!sudo reboot',
    '!sudo -n -u root systemctl reboot',
    '!doas poweroff',
    '!/sbin/reboot',
    '!echo | xargs reboot',
    '!true && reboot',
  ],
  'block devices': [
    '!dd if=/dev/zero of=/dev/sda',
    '!mkfs.ext4 /dev/sda1',
    '!wipefs -a /dev/sda',
    '!sgdisk -Z /dev/sda',
    '!blkdiscard /dev/nvme0n1',
    '!cp x /dev/sda',
    '!cat x > /dev/sda',
    '!tee /dev/sda',
    '!shred /dev/sda',
    '!pvcreate /dev/sdb',
    '!mdadm --create /dev/md0 -l1 -n2 /dev/sda /dev/sdb',
    '!cat /dev/sda',
    '!sudo dd if=x of=/dev/sda',
    'tee /dev/sd?',
    'cp x "$(echo /dev/sda)"',
    'zpool create tank sdb sdc',
    'zpool destroy tank',
    'zfs destroy tank/x',
  ],
  secrets: [
    '!cat /etc/shadow',
    '!cp /etc/shadow /srv/x',
    '!ln /etc/shadow /srv/x',
    '!mv ~/.ssh/id_ed25519 /srv/x',
    '!tail -n 1 ~/.pgpass',
    '!grep x /root/.ssh/id_rsa',
    '!sudo cat /etc/shadow',
    '!sudo grep x ~/.ssh/id_rsa',
    'cp /etc/shado? /srv/x',
    'cat /etc/shado?',
    'grep -r . /root',
    'grep -r . /etc',
    'rg . /root',
    'cp -r /root /srv/x',
    'cp -r ~ /srv/x',
    'cp -a /etc /srv/x',
    'cp "$(echo /etc/shadow)" /srv/x',
    'cd /etc && cp sh* /srv/x',
    'cat "$(echo /etc/shadow)"',
    'echo /etc/shadow | xargs cat',
    'echo /etc/shadow | xargs -I{} cp {} /srv/x',
    'tar cf /srv/x.tar /etc',
    'tar cf /srv/x.tar /root',
  ],
  'what decides what runs later': [
    'echo x > /etc/cron.d/x',
    'echo x > .git/hooks/pre-commit',
    'cp x ~/.bashrc',
    'cp x /etc/systemd/system/nginx.service',
    'tee ~/.profile',
    'echo x > ~/.bash_aliases',
    'ln -s /srv/x /usr/local/bin/ls',
    'mv x .git/config',
  ],
};

const FILES: Record<string, Action[]> = {
  'steward’s own files': [
    '/etc/steward/steward.yaml',
    '/var/lib/steward/runs/a.jsonl',
    '/etc/systemd/system/steward.service',
    `${CWD}/.steward/steward.yaml`,
    `${HOME}/.config/steward/policy/x.yaml`,
  ].flatMap((path) => [
    { kind: 'write', path, content: 'x', expects: null },
    { kind: 'remove', path, expects: '00' },
  ]),
  secrets: ['/etc/shadow', `${HOME}/.ssh/id_ed25519`, '/run/secrets/x'].flatMap((path): Action[] => [
    { kind: 'read', path },
    { kind: 'write', path, content: 'x', expects: null },
  ]),
  'block devices': [
    { kind: 'read', path: '/dev/sda' },
    { kind: 'write', path: '/dev/sda', content: 'x', expects: null },
  ],
  'what decides what runs later': [
    '/etc/cron.d/x',
    '/etc/sudoers',
    `${CWD}/.git/hooks/pre-commit`,
    `${HOME}/.bashrc`,
    '/etc/systemd/system/nginx.service',
  ].map((path) => ({ kind: 'write', path, content: 'x', expects: null })),
};

const EVERYTHING = [
  'Bash(*)',
  'Read(//**)',
  'Edit(//**)',
  'Write(//**)',
  'Search(//**)',
  'Bash',
  'Read',
  'Edit',
];

describe('a floor', () => {
  it.each(Object.keys(FLOORS))('of %s is lifted by no mode, rule, autonomy or person', (name) => {
    const lines = FLOORS[name] ?? [];
    const passed: string[] = [];
    for (const mode of PERMISSION_MODES) {
      for (const allow of [[], EVERYTHING]) {
        const policy = createPolicy({
          specs: bookOf(shippedSpecs),
          rules: { allow: allow.map(parsePermissionRule), ask: [], deny: [] },
          mode,
          home: HOME,
          cwd: CWD,
          stateLocation: '/var/lib/steward',
          declaredEndpoints: [],
        });
        const world = { resolved: new Map<string, string>(), isInGitWorkTree: () => true };
        const actions = [
          ...lines.map((line) => ({
            isDenied: line.startsWith('!'),
            text: line,
            action: policy.toAction(line.replace(/^!/, ''), CWD),
          })),
          ...(FILES[name] ?? []).map((action) => ({ isDenied: false, text: JSON.stringify(action), action })),
        ];
        for (const { isDenied, text, action } of actions) {
          const judgement = policy.judge(action, world);
          if (isDenied && judgement.verdict !== 'deny')
            passed.push(`not denied (${judgement.rule}): ${text}`);
          for (const autonomy of AUTONOMIES) {
            for (const isAttended of [true, false]) {
              const decision = decide(judgement, {
                origin: 'tool',
                autonomy,
                mode,
                isAttended,
                isDurable: true,
                paused: null,
                canAsk: false,
                isStopped: false,
                handsOff: [],
                grant: null,
              });
              if (decision.kind === 'allow')
                passed.push(
                  `allowed (${judgement.rule}, ${judgement.effect}, ${mode}, ${autonomy}): ${text}`,
                );
            }
          }
        }
      }
    }
    expect([...new Set(passed)]).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { bookOf, createPolicy } from '../../src/policy/index.ts';
import { CWD, HOME, shippedSpecs } from './support.ts';

const policy = createPolicy({
  specs: bookOf(shippedSpecs),
  rules: { allow: [], ask: [], deny: [] },
  mode: 'default',
  home: HOME,
  cwd: CWD,
  stateLocation: '/var/lib/steward',
  declaredEndpoints: ['https://consul.lan:8501/v1'],
  environment: { NOMAD_ADDR: 'https://nomad.lan:4646' },
});

describe('what a line touches', () => {
  it.each([
    ['systemctl restart nginx', 'unit nginx.service'],
    ['systemctl restart nginx.service', 'unit nginx.service'],
    ['timeout 5 systemctl restart nginx', 'unit nginx.service'],
    ['systemctl restart nginx; systemctl status nginx postgresql', 'unit nginx.service'],
    ['systemctl enable --now backup.timer', 'host localhost'],
    ['systemctl stop nginx postgresql', 'host localhost'],
    ["systemctl stop 'nginx*'", 'host localhost'],
    ['systemctl stop "$(cat u)"', 'host localhost'],
    ['systemctl restart nginx; rm x', 'host localhost'],
    ['systemctl status nginx --no-pager | head', 'unit nginx.service'],
    ['systemctl list-units', 'none localhost'],
    ['journalctl -u nginx -n 5', 'unit nginx.service'],
    ['journalctl --unit=nginx.service', 'unit nginx.service'],
    ['journalctl -unginx', 'unit nginx.service'],
    ['journalctl -u a -u b', 'none localhost'],
    ['nomad job status web', 'endpoint https://nomad.lan:4646'],
    ['nomad job stop web', 'endpoint https://nomad.lan:4646'],
    ['consul members', 'endpoint http://127.0.0.1:8500'],
    ['curl -s https://consul.lan:8501/v1/x', 'endpoint https://consul.lan:8501/v1/x'],
    ['rm x', 'host localhost'],
    ['df -h', 'none localhost'],
  ])('of `%s` is %s', (line, expected) => {
    const { target } = policy.judge(policy.toAction(line, CWD), { resolved: new Map() });
    expect(`${target.kind} ${target.name}`).toBe(expected);
  });
});

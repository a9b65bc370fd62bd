import { describe, expect, it } from 'vitest';
import { whyPerson } from '../../../src/app/executor/takes-a-person.ts';

describe('what takes a person, however far autonomy reaches', () => {
  it.each([
    '/etc/passwd',
    '/etc/group',
    '/etc/sudoers.d/90-steward',
    '/etc/pam.d/sudo',
    '/etc/ssh/sshd_config',
    '/etc/systemd/system/shop.service',
    '/etc/cron.d/x',
    '/etc/ld.so.preload',
    '/usr/local/bin/shop',
    '/opt/steward/dist/cli.mjs',
    '/root/.profile',
    '/var/spool/cron/crontabs/root',
    '/lib64/x.so',
    '/run/systemd/system/x.service',
  ])('is a file like %s', (path) => {
    expect(whyPerson(['/etc/shop.conf', path], [])).toContain(path);
  });

  it.each([
    [['usermod', '-aG', 'steward-approvers', 'steward']],
    [['/usr/sbin/chown', 'steward', '/etc/x']],
    [['setcap', 'cap_sys_admin+ep', '/srv/x']],
  ])('is a command like %s', (command) => {
    expect(whyPerson([], [['systemctl', 'restart', 'shop'], command])).toContain('changes who may do what');
  });

  it('is not what services are configured with, nor restarting them', () => {
    const paths = [
      '/etc/shop.conf',
      '/etc/nginx/conf.d/a.conf',
      '/srv/app/x',
      '/var/lib/app/y',
      '/home/anna/z',
    ];
    expect(whyPerson(paths, [['systemctl', 'restart', 'shop.service']])).toBeNull();
  });
});

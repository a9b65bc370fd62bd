import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readOwnGround, routes6Of, routesOf, unitOf } from '../../src/host/own-ground.ts';

describe('what this process stands on', () => {
  it('is its innermost service, and none outside of one', () => {
    expect(unitOf('0::/system.slice/steward-check.service\n')).toBe('steward-check.service');
    expect(unitOf('0::/user.slice/user-1000.slice/user@1000.service/app.slice/job.service/sub\n')).toBe(
      'job.service',
    );
    expect(unitOf('0::/user.slice/user-1000.slice/session-3.scope\n')).toBeNull();
    expect(unitOf('')).toBeNull();
  });

  it('is the interfaces that the default routes leave by', () => {
    const four = `Iface\tDestination\tGateway\tFlags
eth0\t00000000\t0100A8C0\t0003
eth1\t0000A8C0\t00000000\t0001
`;
    expect(routesOf(four)).toEqual(['eth0']);
    const zero = '0'.repeat(32);
    const six = `${zero} 00 ${zero} 00 fe800000000000000000000000000001 00000400 1 0 00000003 wlan0
${zero} 00 ${zero} 00 ${zero} ffffffff 1 0 00200200       lo
fe80${'0'.repeat(28)} 40 ${zero} 00 ${zero} 00000100 1 0 00000001 eth1
`;
    expect(routes6Of(six)).toEqual(['wlan0']);
  });

  it('is read from this kernel', () => {
    const { interfaces, folders } = readOwnGround(['/tmp', '/nowhere/at/all']);
    expect(folders).toEqual(['/tmp', '/nowhere/at/all']);
    expect(interfaces).toEqual(expect.arrayContaining(routesOf(readFileSync('/proc/net/route', 'utf8'))));
  });
});

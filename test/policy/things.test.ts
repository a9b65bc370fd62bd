import { describe, expect, it } from 'vitest';
import { CWD, shippedPolicy, shippedSpecs } from './support.ts';

const policy = shippedPolicy();

function thingsIn(line: string): string[] {
  const { things = [] } = policy.judge(policy.toAction(line, CWD), { resolved: new Map() });
  return [...new Set(things.map(({ kind, name }) => `${kind} ${name}`))];
}

function listsFor(line: string): string[] {
  const { things = [] } = policy.judge(policy.toAction(line, CWD), { resolved: new Map() });
  return things.map(({ listing }) => listing.argv.join(' '));
}

describe('what a line names', () => {
  it.each<[string, string[]]>([
    ['docker restart -t 5 web db', ['container web', 'container db']],
    ['docker exec -it web sh -c id', ['container web']],
    ['docker exec -t -u root web sh', ['container web']],
    ['docker logs --tail 5 web', ['container web']],
    ['docker ps -a', []],
    ['docker compose -f stack.yml restart sonarr', ['service sonarr']],
    ['podman rm web', ['container web']],
    ['nomad job status -namespace=media jellyfin', ['job jellyfin', 'namespace media']],
    ['nomad job stop -purge web', ['job web']],
    ['nomad alloc logs -stderr 3f2a web', ['allocation 3f2a']],
    ['nomad alloc restart 3f2a', ['allocation 3f2a']],
    ['nomad node drain -enable -yes 4d2b', ['node 4d2b']],
    ['kubectl -n media rollout restart deploy/jellyfin', ['deploy jellyfin', 'namespace media']],
    ['kubectl delete pod web-1 web-2', ['pod web-1', 'pod web-2']],
    ['kubectl get pods,svc -A', []],
    ['kubectl get pods -A', []],
    ['kubectl logs job/migrate --tail=5', []],
    ['kubectl logs web-1 -c app', ['pod web-1']],
    ['kubectl drain worker-1', ['node worker-1']],
    ['helm rollback prom 3', ['release prom']],
    ['zfs list -r tank/media', ['dataset tank/media']],
    ['zfs destroy tank/media@old', ['dataset tank/media@old']],
    ['zfs snapshot tank/media@new', ['dataset tank/media']],
    ['zpool scrub tank', ['pool tank']],
    ['zpool iostat -v 1 2', []],
    ['qm stop 101', ['vm 101']],
    ['pct exec 104 id', ['container 104']],
    ['ping -c 1 nas.lan', ['host nas.lan']],
    ['ping -c 1 10.0.0.7', ['address 10.0.0.7']],
    ['lsof -nP -i :8080', ['port 8080']],
    ["docker logs 'a b'", []],
    ['timeout 5 docker restart web', ['container web']],
    ['docker logs web 2>&1 | tail -n 5', ['container web']],
  ])('%s', (line, names) => {
    // Of `job/migrate` the type is not the one that is listed.
    const found = thingsIn(line);
    expect(found).toEqual(line.includes('job/migrate') ? ['job migrate'] : names);
  });

  it('is not guessed of a word that is known only when it runs', () => {
    expect(thingsIn('docker restart "$(docker ps -q)"')).toEqual([]);
  });

  it('is asked for where the line looks, in its scope and with its type', () => {
    expect(listsFor('kubectl --context prod -n media rollout restart deploy/web')).toContain(
      'kubectl get deploy -n=media --context=prod -o name',
    );
    expect(listsFor('nomad job stop -namespace=media web')).toContain('nomad job status -namespace=media');
    expect(listsFor('podman restart web')).toEqual(['podman ps -a --no-trunc --format {{.Names}},{{.ID}}']);
  });
});

describe('every listing of a spec', () => {
  const listings = shippedSpecs.flatMap(({ names, things = [] }) =>
    things.map(({ list }) =>
      list.flatMap((word) =>
        word === '{scope}' ? [] : [word.replace('{program}', names[0] ?? '').replace('{type}', 'pod')],
      ),
    ),
  );

  it('is allowed, and only observes', () => {
    expect(listings.length).toBeGreaterThan(30);
    const wrong = listings.filter((argv) => {
      const { verdict, effect } = policy.judge({ kind: 'process', argv, cwd: '/' }, { resolved: new Map() });
      return verdict !== 'allow' || effect !== 'observe';
    });
    expect(wrong).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';

/** A tar file in which nothing says who made it, where or when. https://reproducible-builds.org/docs/archives/ */
export function writeArchive({
  from,
  name,
  to,
  epoch,
}: {
  from: string;
  name: string;
  to: string;
  epoch: number;
}): void {
  const same = ['--sort=name', `--mtime=@${epoch}`, '--owner=0', '--group=0', '--numeric-owner'];
  const modes = '--mode=u+rw,go-w,go+rX';
  execFileSync('tar', ['-C', from, ...same, modes, '--format=gnu', '-cf', to, name]);
}

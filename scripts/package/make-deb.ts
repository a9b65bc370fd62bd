import { execFileSync } from 'node:child_process';
import {
  chmod,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { filesOf, type PackageJob } from './stage-program.ts';

/** Debian's names of architectures: https://wiki.debian.org/SupportedArchitectures */
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/** `steward_VERSION_ARCH.deb`: the program, its units and its user; nothing is enabled. Gives its path. */
export async function makeDeb(job: PackageJob): Promise<string> {
  const { root, stage, program, out, version, epoch } = job;
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) throw new Error(`no Debian architecture for ${process.arch}`);
  const tree = join(stage, 'deb');
  await mkdir(join(tree, 'usr/lib'), { recursive: true });
  await mkdir(join(tree, 'usr/bin'), { recursive: true });
  await rename(program, join(tree, 'usr/lib/steward'));
  await symlink('../lib/steward/bin/steward', join(tree, 'usr/bin/steward'));
  await copyUnits(root, tree);
  await copyDocs(root, tree);
  await chmodTree(tree);
  await writeControl(job, tree, architecture);
  await setTimes(tree, epoch);
  const file = join(out, `steward_${version}_${architecture}.deb`);
  const compression = ['-Zzstd', job.isQuick ? '-z1' : '-z12'];
  execFileSync('dpkg-deb', ['--root-owner-group', ...compression, '--build', tree, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return file;
}

async function copyUnits(root: string, tree: string): Promise<void> {
  const units = join(tree, 'usr/lib/systemd/system');
  await mkdir(units, { recursive: true });
  for (const folder of ['triggers', 'triggers/systemd']) {
    for (const name of await filesOf(join(root, folder), /\.(service|socket|timer|path|slice)$/)) {
      await cp(join(root, folder, name), join(units, name));
    }
  }
  await mkdir(join(tree, 'usr/lib/sysusers.d'), { recursive: true });
  await cp(join(root, 'triggers/steward.sysusers.conf'), join(tree, 'usr/lib/sysusers.d/steward.conf'));
}

async function copyDocs(root: string, tree: string): Promise<void> {
  const docs = join(tree, 'usr/share/doc/steward');
  await mkdir(docs, { recursive: true });
  for (const part of ['docs', 'README.md', 'CHANGELOG.md']) {
    await cp(join(root, part), join(docs, part), { recursive: true });
  }
  await cp(join(root, 'packaging'), join(docs, 'examples'), {
    recursive: true,
    filter: (path) => !path.includes('/packaging/deb'),
  });
  await writeFile(join(docs, 'copyright'), await copyright(root));
}

/** https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/ would need every library's; their texts are in dist. */
async function copyright(root: string): Promise<string> {
  const own = await readFile(join(root, 'LICENSE'), 'utf8');
  return `steward\n\n${own}\nNode.js is in /usr/lib/steward/node_modules, its license beside it. Licenses of the libraries\nthat are part of the program are in /usr/lib/steward/dist/*.LEGAL.txt and beside the modules.\n`;
}

async function writeControl(
  { root, version }: PackageJob,
  tree: string,
  architecture: string,
): Promise<void> {
  const control = join(tree, 'DEBIAN');
  await mkdir(control);
  const source = join(root, 'packaging/deb');
  const kibibytes = Math.ceil((await sizeOf(join(tree, 'usr'))) / 1024);
  const text = (await readFile(join(source, 'control'), 'utf8'))
    .replace('@VERSION@', version)
    .replace('@ARCHITECTURE@', architecture)
    .replace('@SIZE@', String(kibibytes));
  await writeFile(join(control, 'control'), text);
  for (const script of ['postinst', 'prerm', 'postrm']) {
    await cp(join(source, script), join(control, script));
    await chmod(join(control, script), 0o755);
  }
}

/** Whatever the umask was under which the work tree was made. */
async function chmodTree(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await chmodTree(path);
    else if (entry.isFile()) await chmod(path, ((await lstat(path)).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

/** dpkg-deb only lowers what is newer. */
async function setTimes(folder: string, epoch: number): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await utimes(join(entry.parentPath, entry.name), epoch, epoch);
  }
  await utimes(dirname(join(folder, 'x')), epoch, epoch);
}

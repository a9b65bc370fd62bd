export interface Explained {
  programs: readonly string[];
  options: readonly string[];
  why: string;
}

/** Where a spec differs from a program's help about what an option takes, and is right or on the safe side. */
export const EXPLAINED: readonly Explained[] = [
  {
    programs: ['lsof'],
    options: ['-h', '-R', '-p', '-u', '-c', '-g', '-s', '-d', '-T', '-i', '-V'],
    why: 'its help is a table of its own kind; -i takes only what is attached, the others what its manual says',
  },
  {
    programs: ['dpkg', 'dpkg-query'],
    options: ['-L', '-S', '--listfiles', '--search', '-f'],
    why: 'verbs spelled as options: what follows are names of packages, which is what the operands are',
  },
  {
    programs: ['systemd-cgtop'],
    options: ['-p', '-t', '-c', '-m', '-i'],
    why: 'the line gives the long form with its value; the letter stands for all of it',
  },
  {
    programs: ['systemd-cgls'],
    options: ['-u', '--unit', '--user-unit'],
    why: 'the units may be attached or follow as operands',
  },
  { programs: ['ls', 'dir', 'vdir'], options: ['-p'], why: 'stands for --indicator-style=slash' },
  {
    programs: ['sort'],
    options: ['-c', '-C', '--check'],
    why: 'the letters take nothing, the long form only what is attached',
  },
  { programs: ['diff'], options: ['-U', '-C'], why: 'the letters demand a number, the long forms do not' },
  { programs: ['od'], options: ['-S'], why: 'the letter demands a number, --strings does not' },
  {
    programs: ['zgrep'],
    options: ['--include', '--exclude', '--exclude-dir', '--exclude-from'],
    why: 'zgrep refuses them',
  },
  {
    programs: ['lspci', 'lsusb'],
    options: ['-s', '-d'],
    why: 'the brackets are parts of the value, which has to be there',
  },
  { programs: ['sar'], options: ['-I', '-m', '-n'], why: 'the choices in braces have to be there' },
  {
    programs: ['traceroute', 'mtr', 'host', 'tree'],
    options: ['-m', '-q', '-p', '-s', '-t', '-c', '-W', '-R', '-f', '-N', '-z', '--filelimit'],
    why: 'its help gives the values elsewhere; the manual demands them',
  },
  {
    programs: ['btrfs'],
    options: ['subvolume show -u', 'subvolume show -r', 'property get -t'],
    why: 'the value passes as an operand, of which the same is demanded',
  },
  { programs: ['restic'], options: ['-v'], why: 'may be repeated; a level has to be attached' },
  {
    programs: ['podman'],
    options: ['container logs -n', 'logs -n'],
    why: "docker's --tail, podman's --names: only a number or `all` passes, which podman would take for a container's name",
  },
];

import { consul } from '../consul/program.ts';
import { git } from '../git/program.ts';
import { journal } from '../journal/program.ts';
import { kubectl } from '../kubectl/program.ts';
import { nixosRebuild } from '../nixos-rebuild/program.ts';
import { nomad } from '../nomad/program.ts';
import { ssh } from '../ssh/program.ts';
import { systemctl } from '../systemctl/program.ts';
import type { TypedProgram } from './typed-program.ts';

/** In the order in which the model sees them. */
export const TYPED_PROGRAMS: readonly TypedProgram[] = [
  systemctl,
  journal,
  consul,
  nomad,
  nixosRebuild,
  git,
  kubectl,
  ssh,
];

export function typedProgram(name: string): TypedProgram | undefined {
  return TYPED_PROGRAMS.find((known) => known.name === name);
}

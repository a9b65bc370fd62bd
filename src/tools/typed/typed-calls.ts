import type { CallAids, Pin, TypedCalls, TypedWork } from '../../protocol/typed-call.ts';
import { TYPED_TOOLS } from '../../protocol/typed-call.ts';
import { typedProgram } from './programs.ts';
import type { Surroundings, TypedProgram } from './typed-program.ts';

type Written = Readonly<Record<string, unknown>>;

/**
 * The typed tools for a change. `around` is read anew each time: what it says may change while a plan waits. `denied`:
 * names of tools that an operator took away.
 */
export function createTypedCalls(around: () => Surroundings, denied: readonly string[] = []): TypedCalls {
  const begin = async (
    tool: string,
    input: Written,
    { ask, cwd }: CallAids,
  ): Promise<{ program: TypedProgram; pin: Pin; argv: string[]; cwd: string } | { problem: string }> => {
    const program = typedProgram(tool);
    if (program === undefined) {
      return {
        problem: `there is no typed tool ${JSON.stringify(tool)}: there are ${TYPED_TOOLS.join(', ')}`,
      };
    }
    if (denied.includes(tool)) return { problem: `the operator has denied the tool ${tool}` };
    const pin = await program.pin(input, around(), ask);
    if ('problem' in pin) return { problem: String(pin.problem) };
    const built = program.toArgv(input, pin as Pin);
    if ('problem' in built) return built;
    return { program, pin: pin as Pin, argv: built.argv, cwd: built.cwd ?? cwd };
  };
  const work = (
    tool: string,
    input: Written,
    { program, pin, argv, cwd }: { program: TypedProgram; pin: Pin; argv: readonly string[]; cwd: string },
  ): TypedWork => ({
    tool: program.name,
    input,
    pin,
    argv,
    cwd,
    text: `${tool} ${describeInput(input)} at ${program.describe(pin)}`,
    preconditions: [],
    undo: null,
    confirm: null,
  });
  return {
    async look(tool, input, aids) {
      const begun = await begin(tool, input, aids);
      return 'problem' in begun ? begun : work(tool, input, begun);
    },
    async plan(tool, input, aids) {
      const begun = await begin(tool, input, aids);
      if ('problem' in begun) return begun;
      const { program, pin } = begun;
      const plain = work(tool, input, begun);
      const prepared = await program.prepare?.(input, pin, aids);
      if (prepared === undefined) return plain;
      if ('problem' in prepared) return prepared;
      const { argv = plain.argv, preconditions, undo, notes, confirm = null } = prepared;
      const text = notes.length === 0 ? plain.text : `${plain.text} (${notes.join('; ')})`;
      return { ...plain, argv, preconditions, undo, text, confirm };
    },
    async moved({ tool, input, pin }, ask) {
      const program = programOf(tool);
      const now = await program.pin(input, around(), ask);
      if ('problem' in now) return `its target does not answer as before: ${now.problem}`;
      return samePin(pin, now as Pin)
        ? null
        : `its target is another by now: it was planned for ${program.describe(pin)}, and this is ${program.describe(now as Pin)}`;
    },
    read: ({ tool, input }, ran) => programOf(tool).read(input, ran),
    learn: async ({ tool, input, pin }, reading, ask) =>
      (await programOf(tool).learn?.(input, pin, reading, ask)) ?? null,
    async goBack({ tool, pin, undo }, ask, act) {
      const program = programOf(tool);
      if (undo === null || program.goBack === undefined) {
        return { ok: false, detail: `${tool} has no way back`, data: null };
      }
      return program.goBack(undo, pin, ask, act);
    },
  };
}

export function samePin(one: Pin, other: Pin): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}

function programOf(tool: string): TypedProgram {
  const program = typedProgram(tool);
  if (program === undefined) throw new Error(`there is no typed tool ${tool}`);
  return program;
}

/** `put key=app/port value=8080` */
export function describeInput({ verb, ...fields }: Written): string {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${Array.isArray(value) ? value.join(' ') : String(value)}`],
  );
  return [verb === undefined ? '' : String(verb), ...given].filter((word) => word !== '').join(' ');
}

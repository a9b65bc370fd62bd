import type { StateQuestion } from '../../protocol/state-file.ts';
import type { Tool } from '../../protocol/tool.ts';
import { failure } from '../outputs.ts';
import type { ToolPorts } from '../ports.ts';
import type { StateInput } from './schema.ts';

/** Reads what steward itself has kept; what stands in it others have said, so it is data. */
export function createState({ askState }: Pick<ToolPorts, 'askState'>): Tool<StateInput> {
  return {
    name: 'State',
    isObserveOnly: () => true,
    async execute(input) {
      if (askState === undefined) return failure('Nothing is known yet: an operator has to scan first.');
      const question = questionOf(input);
      if (typeof question === 'string') return failure(question);
      return { ok: true, isOwnWords: false, text: await askState(question) };
    },
  };
}

/** Or what is missing. */
function questionOf({ ask, query = '', time, kind, host }: StateInput): StateQuestion | string {
  switch (ask) {
    case 'find':
      return { ask, query };
    case 'at':
      return time === undefined
        ? '`time` is missing: write "yesterday at 14:00" or "2h ago".'
        : { ask, time, query };
    case 'changes':
      return { ask, from: time ?? null };
    case 'free':
      return kind === undefined ? '`kind` is missing: vmid, ip or port.' : { ask, kind, host: host ?? null };
    case 'impact':
      return query === '' ? '`query` is missing: the name of the thing.' : { ask, name: query };
  }
}

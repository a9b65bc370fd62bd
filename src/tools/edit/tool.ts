import type { Tool } from '../../protocol/tool.ts';
import { changeFile, readSeen, refuseMask } from '../change-file.ts';
import { failure } from '../outputs.ts';
import { locate } from '../paths.ts';
import type { ToolPorts } from '../ports.ts';
import type { SeenFiles } from '../seen-files.ts';
import { replaceText } from './replace.ts';
import type { EditInput } from './schema.ts';

export function createEdit(seen: SeenFiles, ports: Pick<ToolPorts, 'hasMask'>): Tool<EditInput> {
  return {
    name: 'Edit',
    isObserveOnly: () => false,
    async execute(input, context) {
      if (ports.hasMask(input.old_string)) return refuseMask('old_string');
      if (ports.hasMask(input.new_string)) return refuseMask('new_string');
      const located = await locate(input.file_path, context);
      if (!located.ok) return located.output;
      const { path, facts } = located;
      if (facts === undefined)
        return failure(`${path} does not exist, or is hidden from this user. Use Write for a new file.`);
      if (facts.kind !== 'file') return failure(`${path} is not a regular file.`);
      const current = await readSeen(path, facts.sizeBytes, seen, context);
      if (!current.ok) return current.output;
      const replaced = replaceText(
        current.text,
        input.old_string,
        input.new_string,
        input.replace_all ?? false,
      );
      if (!replaced.ok) return failure(`${path} was not changed: ${replaced.problem}.`);
      return changeFile(
        {
          path,
          before: current.bytes,
          beforeText: current.text,
          content: replaced.text,
          done: `Changed ${path}: ${replaced.count} ${replaced.count === 1 ? 'place' : 'places'}.`,
        },
        seen,
        context,
      );
    },
  };
}

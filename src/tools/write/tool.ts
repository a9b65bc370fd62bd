import type { Tool } from '../../protocol/tool.ts';
import { changeFile, readSeen, refuseMask } from '../change-file.ts';
import { failure } from '../outputs.ts';
import { locate } from '../paths.ts';
import type { ToolPorts } from '../ports.ts';
import type { SeenFiles } from '../seen-files.ts';
import type { WriteInput } from './schema.ts';

export function createWrite(seen: SeenFiles, ports: Pick<ToolPorts, 'hasMask'>): Tool<WriteInput> {
  return {
    name: 'Write',
    isObserveOnly: () => false,
    async execute({ file_path: given, content }, context) {
      if (ports.hasMask(content)) return refuseMask('content');
      const located = await locate(given, context);
      if (!located.ok) return located.output;
      const { path, facts } = located;
      if (facts === undefined) {
        const done = `Created ${path}, ${Buffer.byteLength(content)} bytes.`;
        return changeFile({ path, before: null, beforeText: '', content, done }, seen, context);
      }
      if (facts.kind !== 'file') return failure(`${path} is not a regular file.`);
      const current = await readSeen(path, facts.sizeBytes, seen, context);
      if (!current.ok) return current.output;
      if (current.text === content) {
        return {
          ok: true,
          text: `${path} holds exactly this already; nothing was written.`,
          isOwnWords: true,
        };
      }
      const done = `Replaced ${path}, ${Buffer.byteLength(content)} bytes now.`;
      return changeFile(
        { path, before: current.bytes, beforeText: current.text, content, done },
        seen,
        context,
      );
    },
  };
}

import type { Tool } from '../../protocol/tool.ts';
import { failure } from '../outputs.ts';
import type { ToolPorts } from '../ports.ts';
import type { KnowledgeInput } from './schema.ts';

export function createKnowledge({ knowledge }: Pick<ToolPorts, 'knowledge'>): Tool<KnowledgeInput> {
  return {
    name: 'Knowledge',
    isObserveOnly: ({ verb }) => verb === 'search',
    async execute(input, { callId, signal }) {
      if (knowledge === undefined) return failure('No notes are kept here.');
      const { verb, words = '', title = '', text = '', applies_to = [], confidence = 'medium' } = input;
      if (verb === 'search') {
        if (words.trim() === '') return failure('`words` is missing: what to look for.');
        return { ok: true, isOwnWords: false, text: await knowledge.search(words) };
      }
      if (title.trim() === '' || text.trim() === '') return failure('A note has a `title` and a `text`.');
      return knowledge.propose(
        { title: title.trim(), text: text.trim(), appliesTo: applies_to, confidence },
        callId,
        signal,
      );
    },
  };
}

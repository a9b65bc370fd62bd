import type { ModelFailure, ModelPort } from '../protocol/model.ts';

export interface ToolUseProbe {
  canCallTools: boolean;
  /** One line for doctor. */
  detail: string;
  failure: ModelFailure | null;
}

const WORD = 'lighthouse';

/** Asks a model once to call a trivial tool: many local models cannot, and steward is of little use with those. */
export async function probeToolUse(
  port: ModelPort,
  model: string,
  signal?: AbortSignal,
): Promise<ToolUseProbe> {
  const reply = await port.complete({
    model,
    system: [{ text: 'You test whether tools can be called. Answer only by calling the tool.' }],
    messages: [
      { role: 'user', content: [{ type: 'text', text: `Call confirm_ready with the word "${WORD}".` }] },
    ],
    tools: [
      {
        name: 'confirm_ready',
        description: 'Confirms that a tool can be called.',
        inputSchema: {
          type: 'object',
          properties: { word: { type: 'string', description: 'The word you were given.' } },
          required: ['word'],
          additionalProperties: false,
        },
      },
    ],
    maxOutputTokens: 2_000,
    ...(signal === undefined ? {} : { signal }),
  });
  if (!reply.ok) return { canCallTools: false, detail: reply.message, failure: reply };
  const call = reply.content.find((block) => block.type === 'tool_use');
  const no = (detail: string): ToolUseProbe => ({ canCallTools: false, detail, failure: null });
  if (call === undefined) return no(`${model} answered in words instead of calling the tool`);
  if (call.name !== 'confirm_ready') return no(`${model} called ${call.name}, which it was not offered`);
  if (call.brokenInput !== undefined) return no(`${model} called the tool with arguments that are not JSON`);
  const { word } = { word: undefined, ...(call.input as { word?: unknown }) };
  if (word !== WORD) return no(`${model} called the tool with the wrong word: ${JSON.stringify(word)}`);
  return { canCallTools: true, detail: `${model} can call tools`, failure: null };
}

import type { RunEvent } from '../../protocol/event.ts';
import type { Block } from '../../protocol/message.ts';
import type { ModelDelta } from '../../protocol/model.ts';
import { toWireUsage } from './wire.ts';

type Replied = Extract<RunEvent, { type: 'model.replied' }>;

/**
 * `stream_event` lines: the reply as it arrives, in the order of Anthropic's own stream, whatever vendor it comes from.
 * Text and thinking arrive in pieces; calls are known when the reply is whole, and then come in one piece each.
 */
export interface PartialMessages {
  begin(id: string, model: string): void;
  add(delta: ModelDelta): void;
  /** What came so far is void: another try begins. */
  breakOff(): void;
  /** `sendWhole` sends the whole message, which the original puts before the end of its last block. */
  end(reply: Replied, sendWhole: () => void): void;
}

export function createPartialMessages(
  send: (line: Record<string, unknown>) => void,
  now: () => number,
): PartialMessages {
  let head = { id: '', model: '', at: 0 };
  let hasStarted = false;
  let blocks = 0;
  let open: Block['type'] | null = null;

  const part = (event: Record<string, unknown>, more: Record<string, unknown> = {}): void =>
    send({ type: 'stream_event', event, parent_tool_use_id: null, ...more });
  const delta = (piece: Record<string, unknown>): void =>
    part({ type: 'content_block_delta', index: blocks - 1, delta: piece });

  function start(): void {
    if (hasStarted) return;
    hasStarted = true;
    const { id, model } = head;
    const message = { id, type: 'message', role: 'assistant', model, content: [] };
    // What is used is known at the end; consumers add up what message_delta says.
    const usage = toWireUsage(null);
    const more = { ttft_ms: Math.round(now() - head.at) };
    part(
      { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null, usage } },
      more,
    );
  }

  function openBlock(type: Block['type'], block: Record<string, unknown>): void {
    start();
    closeBlock();
    open = type;
    blocks += 1;
    part({ type: 'content_block_start', index: blocks - 1, content_block: { type, ...block } });
  }

  function closeBlock(): void {
    if (open !== null) part({ type: 'content_block_stop', index: blocks - 1 });
    open = null;
  }

  function add({ type, text }: ModelDelta): void {
    const isText = type === 'text';
    if (open !== type) openBlock(type, isText ? { text: '' } : { thinking: '', signature: '' });
    delta(isText ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text });
  }

  function reset(): void {
    hasStarted = false;
    blocks = 0;
    open = null;
  }

  return {
    begin(id, model) {
      head = { id, model, at: now() };
      reset();
    },
    add,
    breakOff() {
      if (!hasStarted) return;
      closeBlock();
      part({ type: 'message_stop' });
      reset();
    },
    end({ content, stopReason, usage }, sendWhole) {
      const isStreamed = blocks > 0;
      start();
      for (const block of content) {
        if (block.type === 'tool_use') {
          openBlock('tool_use', { id: block.id, name: block.name, input: {} });
          delta({ type: 'input_json_delta', partial_json: JSON.stringify(block.input) });
        } else if (!isStreamed && block.type !== 'tool_result') {
          add({ type: block.type, text: block.text });
        }
      }
      sendWhole();
      closeBlock();
      const end = { stop_reason: stopReason, stop_sequence: null };
      part({ type: 'message_delta', delta: end, usage: toWireUsage(usage) });
      part({ type: 'message_stop' });
      reset();
    },
  };
}

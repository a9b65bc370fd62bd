import type { Masker } from '../../lib/mask.ts';
import type { RunEvent } from '../../protocol/event.ts';
import type { Block, Message } from '../../protocol/message.ts';

/** An event as it may be logged and shown: every string masked, keys excepted, and the seals of thinking left alone. */
export function maskEvent(event: RunEvent, masker: Masker): RunEvent {
  switch (event.type) {
    case 'model.replied':
      return { ...maskRest(event, masker), content: event.content.map((block) => maskBlock(block, masker)) };
    case 'prompt.built':
    case 'context.reduced':
      return { ...maskRest(event, masker), messages: event.messages.map((one) => maskMessage(one, masker)) };
    case 'message.added':
      return { ...event, message: maskMessage(event.message, masker) };
    default:
      return maskRest(event, masker);
  }
}

function maskMessage(message: Message, masker: Masker): Message {
  return { ...message, content: message.content.map((block) => maskBlock(block, masker)) };
}

/**
 * A vendor's seal is random text that may look like a secret, and the vendor refuses a conversation in which it was
 * changed. It also refuses thinking that is not what it sealed: then the seal goes, and the vendor's own file leaves
 * thinking without a seal out of requests.
 */
export function maskBlock(block: Block, masker: Masker): Block {
  if (block.type !== 'thinking') return maskRest(block, masker);
  const text = masker.mask(block.text);
  if (block.signature === undefined) return { ...block, text };
  return text === block.text ? block : { type: 'thinking', text };
}

/** A value of the same shape: only strings are changed, into strings. */
function maskRest<T extends RunEvent | Block>(value: T, masker: Masker): T {
  return masker.maskValue(value) as T;
}

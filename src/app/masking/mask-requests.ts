import type { Masker } from '../../lib/mask.ts';
import type { Block } from '../../protocol/message.ts';
import type { ModelPort, ModelRequest } from '../../protocol/model.ts';
import { maskBlock } from './mask-event.ts';

/**
 * Nothing leaves for a model unmasked, whoever wrote it: the prompt, what was piped in, results, and what the model
 * said itself. A run that is resumed from its log sends the same. Each block is masked once, however often it is sent.
 */
export function maskRequests(port: ModelPort, masker: Masker): ModelPort {
  const blocks = new WeakMap<Block, Block>();
  const texts = new Map<string, string>();
  const once = (block: Block): Block => {
    // The vendor made it and wants it back as it was.
    if (block.type === 'thinking' && block.signature !== undefined) return block;
    const known = blocks.get(block);
    if (known !== undefined) return known;
    const masked = maskBlock(block, masker);
    blocks.set(block, masked);
    return masked;
  };
  const textOnce = (text: string): string => {
    const masked = texts.get(text) ?? masker.mask(text);
    texts.set(text, masked);
    return masked;
  };
  const masked = (request: ModelRequest): ModelRequest => ({
    ...request,
    system: request.system.map((part) => ({ ...part, text: textOnce(part.text) })),
    messages: request.messages.map((message) => ({ ...message, content: message.content.map(once) })),
  });
  return {
    vendor: port.vendor,
    place: port.place,
    endpoint: port.endpoint,
    complete: (request) => port.complete(masked(request)),
  };
}

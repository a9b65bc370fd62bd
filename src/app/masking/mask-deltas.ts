import { createMaskStream } from '../../lib/mask/stream.ts';
import type { Masker } from '../../lib/mask.ts';
import type { ModelDelta } from '../../protocol/model.ts';
import type { RunListener } from '../run/run-request.ts';

/**
 * A listener that hears a reply only as far as it is masked: a secret that is split over two pieces is held back until
 * it is whole. What is held is told before the event that ends the reply, and dropped with a reply that came to nothing.
 */
export function maskDeltas(listener: RunListener, masker: Masker): RunListener {
  const stream = createMaskStream(masker);
  let type: ModelDelta['type'] = 'text';
  const tell = (text: string): void => {
    if (text !== '') listener.onDelta({ type, text });
  };
  return {
    onDelta(delta) {
      if (delta.type !== type) tell(stream.flush());
      type = delta.type;
      tell(stream.push(delta.text));
    },
    onEvent(event, time, seq) {
      if (event.type === 'model.replied') tell(stream.flush());
      else if (event.type === 'model.failed' || event.type === 'model.requested') stream.flush();
      listener.onEvent(event, time, seq);
    },
  };
}

import { OpsError } from '../../src/lib/ops-error.ts';
import { createRecordingSink } from './sink.ts';
import { describeSink } from './sink-contract.ts';

describeSink('the recording fake', () => {
  const sink = createRecordingSink();
  return {
    sink,
    readBack: async () => sink.events,
    breakIt: () => sink.failWith(new OpsError('state-full', 'state-full', 'no room')),
  };
});

import { BaseAnthropic, type ClientOptions } from '@anthropic-ai/sdk';
import { Messages } from '@anthropic-ai/sdk/resources/messages';

/**
 * The part of the SDK that steward uses: one resource of many. Named here, in a file that is imported as a whole, so
 * that the bundle leaves the rest out; it would be read at every start that asks a model.
 */
export function createMessages(options: ClientOptions): Messages {
  return new Messages(new BaseAnthropic(options));
}

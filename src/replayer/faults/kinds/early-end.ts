import { formats } from '../../../protocol/response-format.ts';
import { defineFault, finish, messageAt } from '../fault.ts';
import { inInvocations } from '../place.ts';

/** An invocation that ends before all has been said, as if that were all. */
export const earlyEnd = defineFault({
  name: 'early-end',
  group: 'protocol',
  text: 'the end comes in the place of the message, and nothing after it',
  parameters: {},
  at: 'response 1',
  places: inInvocations,
  prepare:
    () =>
    ({ step, call }) =>
      call && finish(messageAt(step, 'end', formats.json.end(call.id))),
});

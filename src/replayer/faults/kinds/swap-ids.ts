import { withId } from '../edit-message.ts';
import { changed, defineFault } from '../fault.ts';

/** Two invocations of a connection that run at the same time: from here on, each gets the answers of the other. */
export const swapIds = defineFault({
  name: 'swap-ids',
  group: 'protocol',
  text: "of two invocations that run at once, each gets the other's answers from here on",
  parameters: {},
  at: 'response any',
  places: ['response', 'error', 'end'],
  isChange: true,
  isOfTwo: true,
  prepare: () => {
    return ({ step, call, message, process }) => {
      const bytes = message();
      const other = call && bytes && process.swapIds(call);
      return bytes && other !== undefined ? changed(step, withId(bytes, other)) : undefined;
    };
  },
});

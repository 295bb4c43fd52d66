import { defineFault, instead, messageAt, silent } from '../fault.ts';
import { milliseconds } from '../parameters.ts';

/** An acknowledgement that comes when answers have come already. */
export const lateAcknowledgement = defineFault({
  name: 'late-acknowledgement',
  group: 'protocol',
  text: 'the acknowledgement comes later, and the answers do not wait for it',
  parameters: { ms: milliseconds(100, 'how much later') },
  at: 'acknowledgement',
  places: ['acknowledgement'],
  isChange: true,
  prepare: ({ ms }) => {
    return ({ step, connection, message, process }) => {
      const bytes = message();
      if (bytes === undefined) return undefined;
      process.push(connection, messageAt({ ...step, due: step.due + ms }, 'acknowledgement', bytes));
      return instead(silent(step));
    };
  },
});

import { formats } from '../../../protocol/response-format.ts';
import { defineFault, exitAt, finish, messageAt } from '../fault.ts';
import { count, milliseconds, text as textOf } from '../parameters.ts';

/** What hinders a start: one error on stdout in the place of ready, and the exit. */
export const startupError = defineFault({
  name: 'startup-error',
  group: 'process',
  text: 'the start fails with an error and an exit',
  parameters: {
    text: textOf('plugin runtime failed', 'what the error says'),
    code: count(1, 'the exit status', [0, 255]),
    ms: milliseconds(0, 'how much later than ready it comes'),
  },
  at: 'ready',
  places: ['ready'],
  isChange: true,
  isOfStart: true,
  prepare: ({ text, code, ms }) => {
    return ({ step }) => {
      const late = { ...step, due: step.due + ms };
      return finish(messageAt(late, 'start-up', formats.json.error('', text)), exitAt(late, { code, signal: null }));
    };
  },
});

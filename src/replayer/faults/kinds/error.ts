import { exceptionText } from '../../../protocol/derived.ts';
import { formats } from '../../../protocol/response-format.ts';
import { defineFault, finish, messageAt } from '../fault.ts';
import { flag, milliseconds, text as textOf } from '../parameters.ts';
import { inInvocations } from '../place.ts';

/** An exception in the plugin: an error and the end, after what has been answered so far. */
export const error = defineFault({
  name: 'error',
  group: 'protocol',
  text: 'an error comes, and the end: nothing more of the invocation',
  parameters: {
    text: textOf('An unexpected error occurred', 'what it says'),
    error_type: textOf(
      'Exception',
      "the exception's class; empty for a plain text instead of the JSON of an exception",
    ),
    end: flag(true, 'whether the end follows'),
    ms: milliseconds(0, 'how much later it comes'),
  },
  at: 'after acknowledgement',
  places: inInvocations,
  prepare: ({ text, error_type: type, end, ms }) => {
    return ({ step, call }) => {
      if (call === undefined) return undefined;
      const late = { ...step, due: step.due + ms };
      const said = type === '' ? text : exceptionText(type, text);
      const message = messageAt(late, 'error', formats.json.error(call.id, said));
      return end ? finish(message, messageAt(late, 'end', formats.json.end(call.id))) : finish(message);
    };
  },
});

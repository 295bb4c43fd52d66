import { defineFault, instead, messageAt } from '../fault.ts';

const early = '{"invoke_id":"","type":"plugin_response","response":{"result":"before ready"}}\n';

/** A message that answers nothing, before the client has asked. */
export const answerBeforeReady = defineFault({
  name: 'answer-before-ready',
  group: 'protocol',
  text: 'an answer comes before ready',
  parameters: {},
  at: 'ready',
  places: ['ready'],
  isChange: true,
  prepare:
    () =>
    ({ step }) =>
      instead(messageAt(step, 'response', early), step),
});

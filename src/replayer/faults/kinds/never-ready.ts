import { defineFault, finish } from '../fault.ts';

/** A plugin that hangs while it starts: neither ready nor, in TCP mode, the announcement ever comes. */
export const neverReady = defineFault({
  name: 'never-ready',
  group: 'process',
  text: 'ready never comes',
  parameters: {},
  at: 'ready',
  places: ['ready'],
  isChange: true,
  isOfStart: true,
  prepare: () => () => finish(),
});

// The closed sets that the command line, the library and the help share.

/** How a replay is spoken to. */
export const transportModes = ['stdio', 'tcp'] as const;
export type TransportMode = (typeof transportModes)[number];

/** How messages are written. */
export const responseFormats = ['json', 'text'] as const;
export type ResponseFormatName = (typeof responseFormats)[number];

/** What an invocation does that never ended in the recording. */
export const unfinishedPolicies = ['hang', 'error'] as const;
export type UnfinishedPolicy = (typeof unfinishedPolicies)[number];

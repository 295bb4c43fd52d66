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

/** Whether different requests must come in the order in which they were recorded. */
export const matchOrders = ['any', 'recorded'] as const;
export type MatchOrder = (typeof matchOrders)[number];

/** What is given to a request when all recorded invocations that are equal to it have been given. */
export const exhaustedPolicies = ['repeat', 'cycle', 'error'] as const;
export type ExhaustedPolicy = (typeof exhaustedPolicies)[number];

/** What a request gets that finds nothing. */
export const missPolicies = ['error', 'hang'] as const;
export type MissPolicy = (typeof missPolicies)[number];

/** What the drop-in does with a session: plays it, or lets the real program answer, and records. */
export const recordModes = ['none', 'once', 'new_episodes', 'all'] as const;
export type RecordMode = (typeof recordModes)[number];

/** Which value a secret may have where a recording has a placeholder for it. */
export const secretPolicies = ['any', 'exact'] as const;
export type SecretPolicy = (typeof secretPolicies)[number];

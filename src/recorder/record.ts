import { dirname } from 'node:path';
import { completeRedaction } from './complete-redaction.ts';
import { recordingsFolder } from './output-file.ts';
import type { Recorder, RecordingOptions } from './start-recording.ts';
import { startRecording } from './start-recording.ts';

export interface RecordOptions extends RecordingOptions {
  /** The configuration that says what else is redacted or kept. @default the nearest `reprise.config.json` to the recording, or else to the working folder */
  config?: string;
}

/**
 * Starts a command, stands between it and its client without changing a byte, and keeps every line with its time.
 *
 * @throws RepriseError where the file exists, the configuration can't be read, or the command can't be started (127, 126 as `exitStatus`)
 * @example
 * await using session = await record({ command: ['dify', 'plugin', 'run', 'time.difypkg', '-r', 'json'] });
 * session.stdin.write(request);
 */
export async function record({ config, ...options }: RecordOptions): Promise<Recorder> {
  const { file, redact = [], keep = [] } = options;
  const folder = file === undefined ? recordingsFolder : dirname(file);
  // That secrets are kept is said in the call: a library has nobody to tell that the configuration says so.
  const project = await completeRedaction(
    { redact: [...redact], keep: [...keep], noRedact: false },
    { folder, config },
  );
  return startRecording({ ...options, redact: project.redact, keep: project.keep });
}

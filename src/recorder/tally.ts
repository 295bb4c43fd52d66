import type { ResponseFormatName } from '../foundation/choices.ts';
import type { Exchange } from '../protocol/attribution.ts';
import { Attribution } from '../protocol/attribution.ts';
import { parseAnnouncement } from '../protocol/announcement.ts';
import type { Channel } from '../recording/line-encoder.ts';
import { cutEnding } from '../recording/line-encoder.ts';

/** What a session came to. */
export interface SessionSum {
  /** Lines of the client's and the plugin's, stderr left out. */
  messages: number;
  bytes: number;
  invocations: number;
  /** Whether the plugin became ready. */
  isReady: boolean;
  /** Invocations that never ended: their ids and actions. */
  unfinished: { id: string; action: string }[];
}

/** What is learned of a session from its lines. */
export interface Learned {
  transport?: 'stdio' | 'tcp';
  response_format?: ResponseFormatName;
}

/** Counts a session as its lines are encoded, and learns its transport and format. */
export class Tally {
  readonly #attribution = new Attribution();
  readonly #onLearned: (learned: Learned) => void;
  #messages = 0;
  #bytes = 0;
  #invocations = 0;
  #format: ResponseFormatName | undefined;
  #transport: Learned['transport'];

  /** `onLearned` is called once for the format and once for the transport, each as soon as it is known. */
  constructor(onLearned: (learned: Learned) => void) {
    this.#onLearned = onLearned;
  }

  /** @param line with its ending; undefined where it was too long for one envelope */
  add(channel: Channel, line: Buffer | undefined): void {
    if (channel.stderr) {
      if (line !== undefined) this.#attribution.log(() => line);
      return;
    }
    this.#messages++;
    this.#bytes += line?.length ?? 0;
    const content = line === undefined ? undefined : cutEnding(line).content;
    if (channel.from === 'client') this.#countRequest(this.#attribution.client(channel.connection, content));
    else if (content !== undefined) this.#learn(channel.connection, content);
  }

  sum(): SessionSum {
    const unfinished = this.#format === 'text' ? [] : this.#attribution.unfinished();
    return {
      messages: this.#messages,
      bytes: this.#bytes,
      invocations: this.#invocations,
      isReady: this.#transport !== undefined,
      unfinished: unfinished.map(nameOf),
    };
  }

  get counts(): { messages: number; bytes: number } {
    return { messages: this.#messages, bytes: this.#bytes };
  }

  #countRequest({ line }: Exchange): void {
    if (line?.kind === 'request') this.#invocations++;
  }

  #learn(connection: number, content: Buffer): void {
    if (this.#format === undefined) this.#learnFormat(content);
    if (this.#format === 'text') this.#learnTextTransport(connection, content);
    else {
      this.#attribution.plugin(connection, content);
      if (this.#attribution.isReady) this.#learnTransport(this.#attribution.isTcp ? 'tcp' : 'stdio');
    }
  }

  #learnFormat(content: Buffer): void {
    const start = content.toString('latin1', 0, 64);
    if (start.startsWith('{')) this.#format = 'json';
    else if (/^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d (\S+:\d+: )?\[[A-Z]+\]|\[[a-z_]+\] map\[)/.test(start))
      this.#format = 'text';
    if (this.#format !== undefined) this.#onLearned({ response_format: this.#format });
  }

  #learnTextTransport(connection: number, content: Buffer): void {
    if (connection > 0 || this.#transport !== undefined) return;
    const start = content.toString('latin1', 0, 512);
    if (parseAnnouncement(start) !== undefined) this.#learnTransport('tcp');
    else if (start.startsWith('[plugin_ready] ')) this.#learnTransport('stdio');
  }

  #learnTransport(transport: 'stdio' | 'tcp'): void {
    if (this.#transport !== undefined) return;
    this.#transport = transport;
    this.#onLearned({ transport });
  }
}

function nameOf({ line }: Exchange): { id: string; action: string } {
  return line?.kind === 'request' ? { id: line.id, action: line.action } : { id: '', action: '' };
}

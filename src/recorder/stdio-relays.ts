import type { Readable, Writable } from 'node:stream';
import { asError } from '../foundation/reprise-error.ts';
import type { Announcement } from '../protocol/announcement.ts';
import type { Channel } from '../recording/line-encoder.ts';
import type { Child } from '../transport/child.ts';
import type { RelayOptions } from './relay.ts';
import { Relay } from './relay.ts';
import type { Session } from './session.ts';
import { StartUpWatch } from './start-up-watch.ts';
import type { ConnectionSink, TcpRelay } from './tcp-relay.ts';

export interface StdioRelayOptions {
  child: Child;
  session: Session;
  now: () => number;
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  /** The command is in TCP mode, and its port could not be stood in for: what is said there is not kept. */
  onLoss: (error: Error) => void;
}

/** The three streams of the command, and its TCP connections once it has announced a port. */
export interface StdioRelays {
  hold: (isHeld: boolean) => void;
  /** Resolves when all that the command says has arrived, on its streams and on the connections that there are now. */
  settled: () => Promise<unknown>;
  /** Whoever reads has not taken yet what is there for them. */
  isWaiting: () => boolean;
  /** Lets go of the connections. */
  close: () => void;
}

const client: Channel = { from: 'client', connection: 0, stderr: false };
const plugin: Channel = { from: 'plugin', connection: 0, stderr: false };
const pluginErrors: Channel = { from: 'plugin', connection: 0, stderr: true };

/** Connects the command with its client, and the session with both. */
export function startStdioRelays(options: StdioRelayOptions): StdioRelays {
  const { child, session, now } = options;
  let tcp: TcpRelay | undefined;
  let isHeld = false;
  let isAnnouncing = false;

  const input = new Relay({
    source: options.stdin,
    sink: child.stdin,
    endsSink: true,
    now,
    seesFirst: session.writesFirst,
    onChunk: (chunk, at) => session.bytes(client, chunk, at),
    onEnd: () => session.eof(client),
    onReset: () => child.stdin.end(),
    onBroken: () => options.stdin.destroy(), // the client learns it by its next write, as it would from the command itself
  });
  const watch = new StartUpWatch({
    send: (bytes) => output.send(bytes),
    onAnnouncement: announce,
    onDone: () => output.stopIntercepting(),
  });
  const output = outgoing({ source: child.stdout, sink: options.stdout, intercept: watch }, plugin);
  const errors = outgoing({ source: child.stderr, sink: options.stderr }, pluginErrors);

  const hold = (value: boolean): void => {
    isHeld = value;
    for (const relay of [input, errors, tcp]) relay?.hold(value);
    output.hold(value || isAnnouncing);
  };
  return {
    hold,
    settled: () => Promise.all([output.settled, errors.settled, tcp?.settled()]),
    isWaiting: () => output.isWaiting || errors.isWaiting || tcp?.isWaiting() === true,
    close: () => tcp?.close(),
  };

  function outgoing(ends: Pick<RelayOptions, 'source' | 'sink' | 'intercept'>, channel: Channel): Relay {
    return new Relay({
      ...ends,
      endsSink: !channel.stderr,
      now,
      seesFirst: session.writesFirst,
      onChunk: (chunk, at) => session.bytes(channel, chunk, at),
      onEnd: () => session.eof(channel),
      onReset: () => session.eof(channel),
      onBroken: () => ends.source.destroy(), // the command's next write ends it with SIGPIPE, as it would without a recorder
    });
  }

  /** The command is in TCP mode: listens in front of it, and says so in its stead. */
  async function announce(announcement: Announcement): Promise<Announcement> {
    isAnnouncing = true;
    output.hold(true);
    try {
      const { startTcpRelay } = await import('./tcp-relay.ts');
      tcp = await startTcpRelay(announcement, {
        now,
        seesFirst: session.writesFirst,
        onConnect: (connection) => connectionSink(connection),
      });
      return { host: isLoopback(announcement.host) ? announcement.host : '127.0.0.1', port: tcp.port };
    } catch (error) {
      options.onLoss(asError(error));
      return announcement; // the session goes on, past the recorder
    } finally {
      isAnnouncing = false;
      output.hold(isHeld);
    }
  }

  function connectionSink(connection: number): ConnectionSink {
    const channels = { client: { ...client, connection }, plugin: { ...plugin, connection } };
    session.event('connect', { connection });
    return {
      onChunk: (chunk, at, from) => session.bytes(channels[from], chunk, at),
      onEnd: (from) => session.eof(channels[from]),
      onDisconnect: (from, reset) => session.event('disconnect', { connection, from, reset }),
    };
  }
}

/** A client that is told such a host comes to loopback by itself. */
function isLoopback(host: string): boolean {
  return ['', '::', '0.0.0.0', '::1', '127.0.0.1', 'localhost'].includes(host);
}

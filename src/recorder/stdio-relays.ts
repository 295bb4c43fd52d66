import type { Readable, Writable } from 'node:stream';
import { createDeferred } from '../foundation/deferred.ts';
import type { Announcement } from '../protocol/announcement.ts';
import type { Channel } from '../recording/line-encoder.ts';
import type { Child } from '../transport/child.ts';
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
}

/** The three streams of the command, and its TCP connections once it has announced a port. */
export interface StdioRelays {
  hold: (isHeld: boolean) => void;
  /** The command's stdout and stderr have ended. */
  ended: Promise<unknown>;
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

  const input = new Relay({
    source: options.stdin,
    sink: child.stdin,
    endsSink: true,
    now,
    onChunk: (chunk, at) => session.bytes(client, chunk, at),
    onEnd: () => session.eof(client),
    onReset: () => child.stdin.end(),
    onBroken: () => options.stdin.destroy(), // the client learns it by its next write, as it would from the command itself
  });
  const watch = new StartUpWatch({ send: (bytes) => output.relay.send(bytes), onAnnouncement: announce, onDone: () => output.relay.stopIntercepting() });
  const output = outgoing(child.stdout, options.stdout, plugin, watch);
  const errors = outgoing(child.stderr, options.stderr, pluginErrors);

  const hold = (value: boolean): void => {
    isHeld = value;
    for (const relay of [input, output.relay, errors.relay, tcp]) relay?.hold(value);
  };
  return { hold, ended: Promise.all([output.ended, errors.ended]), close: () => tcp?.close() };

  function outgoing(source: Readable, sink: Writable, channel: Channel, intercept?: StartUpWatch): { relay: Relay; ended: Promise<void> } {
    const ended = createDeferred<void>();
    const relay = new Relay({
      source,
      sink,
      endsSink: !channel.stderr,
      now,
      ...(intercept === undefined ? {} : { intercept }),
      onChunk: (chunk, at) => session.bytes(channel, chunk, at),
      onEnd: () => {
        session.eof(channel);
        ended.resolve();
      },
      onReset: ended.resolve,
      onBroken: () => {
        source.destroy(); // the command's next write ends it with SIGPIPE, as it would without a recorder
        ended.resolve();
      },
    });
    return { relay, ended: ended.promise };
  }

  /** The command is in TCP mode: listens in front of it, and says so in its stead. */
  async function announce(announcement: Announcement): Promise<Announcement> {
    output.relay.hold(true);
    const { startTcpRelay } = await import('./tcp-relay.ts');
    tcp = await startTcpRelay(announcement, { now, onConnect: (connection) => connectionSink(connection) });
    output.relay.hold(isHeld);
    return { host: isEverywhere(announcement.host) ? announcement.host : '127.0.0.1', port: tcp.port };
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
function isEverywhere(host: string): boolean {
  return ['', '::', '0.0.0.0', '::1', '127.0.0.1', 'localhost'].includes(host);
}

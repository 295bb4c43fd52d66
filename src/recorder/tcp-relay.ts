import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { within } from '../foundation/clock.ts';
import type { Announcement } from '../protocol/announcement.ts';
import { flushed } from '../transport/flushed.ts';
import type { Listener } from '../transport/loopback.ts';
import { listenOnLoopback } from '../transport/loopback.ts';
import { Relay } from './relay.ts';

/** What waits for one side when the other has broken off may take so long to leave, in milliseconds. */
const lastBytes = 1000;

/** What happens on a connection, as the recording keeps it. Times are the relay's. */
export interface ConnectionSink {
  onChunk: (chunk: Buffer, at: number, from: 'client' | 'plugin') => void;
  onEnd: (from: 'client' | 'plugin') => void;
  onDisconnect: (from: 'client' | 'plugin', reset: boolean) => void;
}

export interface TcpRelayOptions {
  now: () => number;
  /** Whether a chunk is seen before it is passed on. */
  seesFirst: boolean;
  /** A client has connected; connections are counted from 1. */
  onConnect: (connection: number) => ConnectionSink;
}

/** The recorder's own port in front of the plugin's. */
export interface TcpRelay {
  port: number;
  hold: (isHeld: boolean) => void;
  /** Resolves when all that the plugin says on the connections that there are now has been given to its clients. */
  settled: () => Promise<unknown>;
  /** A client has not taken yet what is there for it. */
  isWaiting: () => boolean;
  /** Listens no more, and drops the connections that there are. */
  close: () => void;
}

/** Listens on loopback, and passes each connection on to the plugin, apart from the others. */
export async function startTcpRelay(
  { host, port }: Announcement,
  { now, seesFirst, onConnect }: TcpRelayOptions,
): Promise<TcpRelay> {
  const relays = new Set<Relay>();
  const answers = new Set<Relay>(); // from the plugin to its clients, while there is something to come
  const sockets = new Set<Socket>();
  let connections = 0;
  const listener: Listener = await listenOnLoopback({ onConnection: (client) => void accept(client) });
  return {
    port: listener.port,
    hold(isHeld) {
      for (const relay of relays) relay.hold(isHeld);
    },
    settled: () => Promise.all([...answers].map((relay) => relay.settled)),
    isWaiting: () => [...answers].some((relay) => relay.isWaiting),
    close() {
      listener.close();
      for (const socket of sockets) socket.destroySoon();
    },
  };

  async function accept(client: Socket): Promise<void> {
    const sink = onConnect(++connections);
    keep(client);
    client.on('error', () => client.destroy()); // until the plugin is reached
    const plugin = await dial(addressesOf(host), port);
    if (plugin === undefined || client.destroyed) {
      plugin?.destroy();
      client.resetAndDestroy();
      sink.onDisconnect(plugin === undefined ? 'plugin' : 'client', true);
      return;
    }
    keep(plugin);
    join(client, plugin, sink);
  }

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  }

  function join(client: Socket, plugin: Socket, sink: ConnectionSink): void {
    let isOver = false;
    /** One side broke off: the other is told in the same way. */
    const drop = (from: 'client' | 'plugin', isReset: boolean): void => {
      if (isOver) return;
      isOver = true;
      const [broken, other] = from === 'client' ? [client, plugin] : [plugin, client];
      broken.resetAndDestroy();
      void within(lastBytes, flushed(other)).then(() => other.resetAndDestroy()); // a reset overtakes what waits
      finish(from, isReset);
    };
    const finish = (from: 'client' | 'plugin', isReset: boolean): void => {
      for (const relay of [up, down]) relays.delete(relay);
      sink.onDisconnect(from, isReset);
    };
    const direction = (source: Socket, target: Socket, from: 'client' | 'plugin'): Relay =>
      new Relay({
        source,
        sink: target,
        endsSink: true,
        now,
        seesFirst,
        onChunk: (chunk, at) => sink.onChunk(chunk, at, from),
        onEnd: () => {
          sink.onEnd(from);
          if (isOver || !up.hasEnded || !down.hasEnded) return;
          isOver = true;
          finish(from, false);
        },
        onReset: () => drop(from, true),
        wasReset: () => wasReset(source),
        onBroken: (code) => drop(from === 'client' ? 'plugin' : 'client', code === 'ECONNRESET'),
      });
    const up = direction(client, plugin, 'client');
    const down = direction(plugin, client, 'plugin');
    relays.add(up).add(down);
    answers.add(down);
    void down.settled.then(() => answers.delete(down));
  }
}

/**
 * libuv makes an end of a reset that comes along with data. A socket that was reset has no peer any more; one that was
 * ended by both sides has none either, so it is asked only while this side is open.
 */
function wasReset(socket: Socket): boolean {
  return !socket.writableEnded && socket.remotePort === undefined;
}

/** A program that listens on every interface is reached over IPv4 first. */
function addressesOf(host: string): string[] {
  return host === '' || host === '::' || host === '0.0.0.0' || host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
}

async function dial(addresses: readonly string[], port: number): Promise<Socket | undefined> {
  for (const host of addresses) {
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const attempt = connect({ host, port, allowHalfOpen: true, noDelay: true });
      attempt.once('connect', () => resolve(attempt));
      attempt.once('error', () => resolve(undefined)); // refused: the next address, or none
    });
    if (socket !== undefined) return socket;
  }
  return undefined;
}

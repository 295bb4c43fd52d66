import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { RepriseError, reasonOf, systemCode } from '../foundation/reprise-error.ts';

const families = ['127.0.0.1', '::1'] as const;
/** Many busy ports in one family make free pairs rare; so many are tried before giving up. */
const attempts = 200;

export interface ListenOptions {
  /** 0: any free port. @default 0 */
  port?: number;
  /** One address to listen on instead of both loopback ones. */
  host?: string;
  onConnection: (socket: Socket) => void;
}

/** A port that is being listened on, on one address or two. */
export interface Listener {
  port: number;
  /** Refuses new connections from now on; those that there are stay. */
  close: () => void;
}

/**
 * Listens on 127.0.0.1 and ::1 with the same port, since clients that are told host `::` use either. Sockets keep their
 * other half open after an end, and don't wait to fill segments.
 * @throws RepriseError `port-in-use`
 */
export async function listenOnLoopback({ port = 0, host, onConnection }: ListenOptions): Promise<Listener> {
  if (host !== undefined) return asListener([await listenOn(host, port, onConnection)]);
  const failed: Server[] = []; // held until the end, so that the system does not offer the same half again
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const [first, second] = attempt % 2 === 0 ? families : families.toReversed();
      if (first === undefined || second === undefined) break;
      const one = await listen(first, port, onConnection);
      const other = await listenBeside({ host: second, port: portOf(one), onConnection }, port !== 0);
      if (other === 'taken') failed.push(one);
      else return asListener(other === 'no-such-family' ? [one] : [one, other]);
    }
  } catch (error) {
    if (systemCode(error) !== 'EADDRNOTAVAIL' && systemCode(error) !== 'EAFNOSUPPORT') throw error;
    return asListener([await listen(families[0], port, onConnection)]);
  } finally {
    for (const server of failed) server.close();
  }
  throw new RepriseError(
    'port-in-use',
    `Failed to listen: no port is free on both 127.0.0.1 and ::1. Name one with \`--port\`, or one address with \`--host\`.`,
  );
}

/** One address, which may be none of this machine's. */
async function listenOn(host: string, port: number, onConnection: (socket: Socket) => void): Promise<Server> {
  try {
    return await listen(host, port, onConnection);
  } catch (error) {
    throw error instanceof RepriseError ? error : explainHost(error, host);
  }
}

async function listenBeside(
  { host, port, onConnection }: Required<ListenOptions>,
  isFixed: boolean,
): Promise<Server | 'taken' | 'no-such-family'> {
  try {
    return await listen(host, port, onConnection);
  } catch (error) {
    if (error instanceof RepriseError && error.code === 'port-in-use' && !isFixed) return 'taken';
    if (systemCode(error) === 'EADDRNOTAVAIL' || systemCode(error) === 'EAFNOSUPPORT') return 'no-such-family';
    throw error;
  }
}

function listen(host: string, port: number, onConnection: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection);
    server.once('error', (error) => reject(explain(error, host, port)));
    server.listen({ host, port, backlog: 2048 }, () => resolve(server));
  });
}

function explain(error: Error, host: string, port: number): Error {
  if (systemCode(error) === 'EADDRINUSE') {
    return new RepriseError(
      'port-in-use',
      `Failed to listen on ${host}: port ${port} is in use. Choose another with \`--port\`, or 0 for any.`,
      { cause: error },
    );
  }
  if (systemCode(error) === 'EACCES')
    return new RepriseError(
      'port-in-use',
      `Failed to listen on ${host}: port ${port} is not allowed to this user. Choose one above 1023.`,
      { cause: error },
    );
  if (systemCode(error) === 'ENOTFOUND') return explainHost(error, host);
  return error;
}

/** An address that was asked for and is none of this machine's. */
function explainHost(error: unknown, host: string): RepriseError {
  return new RepriseError(
    'usage',
    `Failed to listen on ${host}: ${reasonOf(error)}. Give \`--host\` an address of this machine.`,
    { cause: error },
  );
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function asListener(servers: readonly Server[]): Listener {
  const [first] = servers;
  return {
    port: first === undefined ? 0 : portOf(first),
    close: () => {
      for (const server of servers) server.close();
    },
  };
}

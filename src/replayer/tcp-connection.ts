import type { Socket } from 'node:net';
import { failedWriteText } from '../protocol/derived.ts';
import type { ResponseFormat } from '../protocol/response-format.ts';
import { toWire } from '../protocol/wire.ts';
import type { Outlet } from '../transport/outlet.ts';
import { openOutlet } from '../transport/outlet.ts';
import type { Conversation } from './conversation.ts';
import type { Step } from './step.ts';
import type { StepQueue } from './step-queue.ts';

/** After a client's half-close, a connection on which nothing runs is closed about so much later, in milliseconds. */
const closingDelay = 1000;

/** What is needed of the replay to serve a connection. */
export interface ConnectionHost {
  format: ResponseFormat;
  /** Faults are told of a connection before it is ready. */
  isDisturbed: boolean;
  /** Runs `callback` after about `ms`, unless the replay ends before. */
  after: (ms: number, callback: () => void) => void;
  /** @param block stops reading, or goes on with it; `deafen` stops it for good */
  open: (
    outlet: Outlet,
    block: (isBlocked: boolean) => void,
    deafen: () => void,
  ) => { queue: StepQueue; conversation: Conversation };
  /** The connection is closed, and all that it was still to be sent has been tried. */
  close: (outlet: Outlet, queue: StepQueue, conversation: Conversation) => void;
  /** Says on stdout that a message could not be written. */
  report: (message: string) => void;
}

const reasons: Readonly<Record<string, string>> = { EPIPE: 'broken pipe', ECONNRESET: 'connection reset by peer' };

/** Serves one TCP client: ready is its first line, then its requests are answered. */
export function serveConnection(socket: Socket, host: ConnectionHost): void {
  const [local, remote] = [
    nameOf(socket.localAddress, socket.localPort),
    nameOf(socket.remoteAddress, socket.remotePort),
  ];
  const outlet = openOutlet(socket);
  outlet.onFailure((code, count) => {
    const text = failedWriteText(local, remote, reasons[code] ?? code);
    for (let report = 0; report < count; report++) host.report(toWire(host.format.error('', text)));
  });
  let isListening = true;
  const { queue, conversation } = host.open(outlet, block, deafen);
  queue.fill((now) => {
    const ready: Step = { place: 'ready', due: now, bytes: host.format.ready };
    queue.push(host.isDisturbed ? { place: 'connect', due: now, bytes: '', next: () => ready } : ready);
  });
  socket.on('data', (chunk: Buffer) => {
    if (!isListening || !conversation.read(chunk)) deafen();
  });
  socket.on('end', () => {
    conversation.readEnd();
    closeWhenIdle();
  });

  socket.on('close', forgetWhenIdle);

  function block(isBlocked: boolean): void {
    if (isBlocked || !isListening) socket.pause();
    else socket.resume();
  }

  function deafen(): void {
    isListening = false;
    socket.pause();
  }

  function closeWhenIdle(): void {
    host.after(closingDelay, () => {
      if (conversation.isIdle) socket.end();
      else closeWhenIdle();
    });
  }

  /** What runs goes on when its client has gone: each message is tried, and reported. */
  function forgetWhenIdle(): void {
    if (conversation.isIdle) host.close(outlet, queue, conversation);
    else host.after(closingDelay, forgetWhenIdle);
  }
}

function nameOf(address = '', port = 0): string {
  const plain = address.replace(/^::ffff:/, '');
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
}

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { LineReader } from './line-reader.ts';

/** A client of a TCP replay. */
export async function dial(port: number, host = '127.0.0.1'): Promise<{ socket: Socket; heard: LineReader }> {
  const socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
  onTestFinished(() => void socket.destroy());
  const heard = new LineReader(socket);
  await once(socket, 'connect');
  return { socket, heard };
}

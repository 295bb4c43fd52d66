import type { Socket } from 'node:net';
import type { Outlet } from '../transport/outlet.ts';
import type { StepQueue } from './step-queue.ts';

/** One connection, as faults reach it; 0 is stdio. */
export interface Door {
  queue: StepQueue;
  /** Stops reading, or goes on with it. */
  block: (isBlocked: boolean) => void;
  /** Stops reading for good. */
  deafen: () => void;
  /** What is sent. */
  outlet: Outlet;
  /** Missing for stdio. */
  socket?: Socket;
}

/** All connections of a replay that is being disturbed. */
export class Doors {
  readonly #doors = new Map<number, Door>();
  /** So many hold them. */
  #pauses = 0;

  /** Nothing is sent or read. */
  get isPaused(): boolean {
    return this.#pauses > 0;
  }

  add(connection: number, door: Door): void {
    this.#doors.set(connection, door);
    if (this.isPaused) close(door);
  }

  get(connection: number): Door | undefined {
    return this.#doors.get(connection);
  }

  delete(connection: number): void {
    this.#doors.delete(connection);
  }

  /** Nothing is sent or read on any connection, until as many `resume`. */
  pause(): void {
    this.#pauses++;
    for (const door of this.#doors.values()) close(door);
  }

  resume(): void {
    if (--this.#pauses > 0) return;
    for (const { queue, block } of this.#doors.values()) {
      if (this.isPaused) return; // what one of them had to send has stopped all again
      block(queue.isBlocked);
      queue.resume();
    }
  }
}

function close({ queue, block }: Door): void {
  queue.pause();
  block(true);
}

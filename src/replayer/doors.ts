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
  #isPaused = false;

  /** Nothing is sent or read. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  add(connection: number, door: Door): void {
    this.#doors.set(connection, door);
    if (this.#isPaused) close(door);
  }

  get(connection: number): Door | undefined {
    return this.#doors.get(connection);
  }

  delete(connection: number): void {
    this.#doors.delete(connection);
  }

  /** Nothing is sent or read on any connection, until `resume`. */
  pause(): void {
    this.#isPaused = true;
    for (const door of this.#doors.values()) close(door);
  }

  resume(): void {
    this.#isPaused = false;
    for (const { queue, block } of this.#doors.values()) {
      block(queue.isBlocked);
      queue.resume();
    }
  }
}

function close({ queue, block }: Door): void {
  queue.pause();
  block(true);
}

import type { Outlet } from '../transport/outlet.ts';
import type { Doors } from './doors.ts';
import type { Backstage } from './faults/fault.ts';

/** A reset comes so much after what was sent before it: a client that finds both at once may take it for an end. */
const resetDelay = 10;

/** What faults reach of the process, beside its connections. */
interface ProcessParts extends Pick<Backstage, 'after' | 'stopListening'> {
  stdout: Outlet;
  /** Calls back when all has been taken. */
  stderr: (bytes: Buffer, onTaken: () => void) => void;
}

/** What faults can do with a process and its connections. */
export function createBackstage(doors: Doors, { after, stopListening, stdout, stderr }: ProcessParts): Backstage {
  return {
    after,
    stopListening,
    pause(ms) {
      doors.pause();
      if (ms !== undefined) after(ms, () => doors.resume());
    },
    floodStderr(bytes) {
      doors.pause();
      stderr(bytes, () => doors.resume());
    },
    stopReading: (connection) => doors.get(connection)?.deafen(),
    closeStdout: () => stdout.close(),
    disconnect(connection, how) {
      const { socket, outlet, queue, deafen } = doors.get(connection) ?? {};
      if (how === 'half-close') return outlet?.close();
      deafen?.();
      queue?.close();
      if (how === 'close') socket?.destroySoon();
      else after(resetDelay, () => socket?.resetAndDestroy());
    },
    push(connection, step) {
      const queue = doors.get(connection)?.queue;
      queue?.fill(() => queue.push(step));
    },
  };
}

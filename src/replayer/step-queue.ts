import type { Clock } from '../foundation/clock.ts';
import type { ProcessExit } from '../transport/child.ts';
import type { Outlet } from '../transport/outlet.ts';
import type { Alarm } from './alarm.ts';
import type { Disturber } from './faults/disturber.ts';
import { Heap } from './heap.ts';
import type { Journal } from './journal.ts';
import type { Step } from './step.ts';
import type { Hold, Waiting } from './waiting.ts';
import { byTurn } from './waiting.ts';

/** Messages that are due together leave in one write of about this size. */
const batchBytes = 64 << 10;

export interface QueueOptions {
  clock: Clock;
  alarm: Alarm;
  outlet: Outlet;
  journal: Journal;
  /** 0 is stdout; TCP clients are counted from 1. */
  connection: number;
  /** The client does not take what is sent, or does again. */
  onBlocked: (isBlocked: boolean) => void;
  onExit: (exit: ProcessExit) => void;
  /** What changes steps when they are due. */
  faults?: Disturber | undefined;
}

/**
 * All that goes to one client, by time; what is due at the same time in the order in which it was pushed, with what
 * follows it. So the order does not depend on how fast the client reads.
 */
export class StepQueue {
  readonly #options: QueueOptions;
  readonly #waiting = new Heap<Waiting>(byTurn);
  #order = 0;
  readonly #appointments = new Set<number>(); // each time once, however often it is asked for
  #isBlocked = false;
  #isRunning = false;
  #isClosed = false;
  #isPaused = false;
  #hold: Hold | undefined;
  #now = 0; // when the run began
  #text = '';
  #count = 0; // messages in the text

  constructor(options: QueueOptions) {
    this.#options = options;
    options.outlet.onDrain(() => {
      if (!this.#isBlocked) return;
      this.#isBlocked = false;
      options.onBlocked(false);
      this.run();
    });
  }

  /** Nothing more will be sent. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The client does not take what is sent. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Nothing waits to be sent. */
  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#hold?.next === undefined && !this.#isBlocked;
  }

  push(step: Step): void {
    if (this.#isClosed) return;
    const order = this.#order++;
    if (this.#isRunning && (this.#isUrgent(step) || this.#isNext(step, order))) this.#send(step, order);
    else this.#wait({ step, order });
  }

  /** Lets `fill` push steps, and sends at once, in as few writes as may be, what is due of them. It is given the time. */
  fill(fill: (now: number) => void): void {
    if (this.#isRunning) return fill(this.#now); // whoever runs it sends what is due
    this.#start();
    try {
      fill(this.#now);
    } finally {
      this.#isRunning = false;
    }
    this.run();
  }

  /** Sends all that is due; the alarm calls it in time. */
  run(): void {
    if (this.#isRunning) return;
    this.#start();
    for (let next = this.#nextDue(); next !== undefined; next = this.#nextDue()) this.#send(next.step, next.order);
    this.flush();
    this.#options.journal.flush();
    this.#isRunning = false;
    if (this.#isBlocked || this.#isPaused) return;
    const due = this.#hold?.until ?? this.#waiting.peek()?.step.due;
    if (due !== undefined) this.#appoint(due);
  }

  /** Sends nothing until `resume`. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.run();
  }

  /** The next step that is due. */
  #nextDue(): Waiting | undefined {
    if (this.#isBlocked || this.#isPaused) return undefined;
    if (this.#hold !== undefined) {
      const { until, next } = this.#hold;
      if (until > this.#now) return undefined;
      this.#hold = undefined;
      if (next !== undefined) return next;
    }
    const top = this.#waiting.peek();
    if (top === undefined || top.step.due > this.#now) return undefined;
    this.#waiting.pop();
    return top;
  }

  #start(): void {
    this.#isRunning = true;
    this.#now = this.#options.clock.now();
  }

  /** Whether a step is due now, and nothing that waits comes before it: it need not wait, then. */
  #isNext({ due }: Step, order: number): boolean {
    if (due > this.#now || this.#isBlocked || this.#isPaused || this.#hold !== undefined) return false;
    const top = this.#waiting.peek();
    return top === undefined || top.step.due > due || (top.step.due === due && top.order > order);
  }

  /** What a time after a request brings comes in the middle of a message, too; what it sends waits for the end of that. */
  #isUrgent({ place }: Step): boolean {
    return place === 'time' && this.#hold !== undefined && !this.#isPaused;
  }

  #wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (!this.#isRunning && this.#waiting.peek() === waiting) this.#appoint(waiting.step.due);
  }

  /** Drops all that waits, and takes nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.clear();
    this.#hold = undefined;
  }

  #appoint(due: number): void {
    if (this.#appointments.has(due) || due === Infinity) return;
    this.#appointments.add(due);
    this.#options.alarm.at(due, () => {
      this.#appointments.delete(due);
      this.run();
    });
  }

  /** Sends a step, and those that follow it as long as they are due and nothing else comes first. */
  #send(first: Step, order: number): void {
    const { faults, journal, connection } = this.#options;
    for (let step = first; ;) {
      if (faults !== undefined) {
        const disturbed = faults.disturb(step, connection);
        if (disturbed === undefined) return;
        const isUrgent = disturbed.bytes.length === 0 && this.#isUrgent(step);
        if (disturbed !== step && !isUrgent && !this.#isNext(disturbed, order))
          return this.#wait({ step: disturbed, order });
        step = disturbed;
      }
      if (journal.isOpen) this.#enter(step);
      if (step.hold !== undefined) this.flush();
      this.#write(step.bytes, step.isPart === true ? 0 : 1);
      if (step.onSent !== undefined || step.exit !== undefined) this.#finish(step);
      if (this.#isClosed) return;
      const next: Step | undefined = step.next?.();
      if (step.hold !== undefined) return this.#holdFor(step.hold, next, order);
      if (next === undefined) return;
      if (!this.#isNext(next, order)) return this.#wait({ step: next, order });
      step = next;
    }
  }

  /** What has been sent is a write of its own, and after it nothing is sent for a time. */
  #holdFor(ms: number, next: Step | undefined, order: number): void {
    this.flush();
    const until = Math.max(this.#now + ms, this.#hold?.until ?? 0);
    this.#hold = { until, next: next && { step: next, order } };
  }

  /** The journal has it before it leaves. */
  #enter({ place, asked, bytes, due }: Step): void {
    const { journal, connection } = this.#options;
    if (bytes.length === 0 && place !== 'exit') return; // a moment
    journal.sent(
      {
        sent: place,
        ...(asked === undefined ? {} : { asked }),
        ...(connection === 0 ? {} : { connection }),
        bytes: bytes.length,
      },
      due,
    );
  }

  #finish({ onSent, exit }: Step): void {
    this.flush();
    onSent?.();
    if (exit !== undefined) this.#options.onExit(exit);
  }

  /** @param count of messages: a part of one counts with the last */
  #write(bytes: Buffer | string, count: number): void {
    if (bytes.length === 0) return;
    if (typeof bytes === 'string') {
      this.#text += bytes;
      this.#count++;
      if (this.#text.length >= batchBytes) this.flush();
      return;
    }
    this.flush();
    this.#take(bytes, count);
  }

  /** Hands what has been sent to the system, without waiting for more to go with it. */
  flush(): void {
    const [text, count] = [this.#text, this.#count];
    if (text === '') return;
    this.#text = '';
    this.#count = 0;
    this.#take(text, count);
  }

  #take(bytes: Buffer | string, count: number): void {
    this.#options.journal.flush();
    if (this.#options.outlet.write(bytes, count) || this.#isBlocked) return;
    this.#isBlocked = true;
    this.#options.onBlocked(true);
  }
}

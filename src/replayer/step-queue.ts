import type { Clock } from '../foundation/clock.ts';
import type { ProcessExit } from '../transport/child.ts';
import type { Outlet } from '../transport/outlet.ts';
import type { Alarm } from './alarm.ts';
import { Heap } from './heap.ts';
import type { Journal } from './journal.ts';
import type { Step } from './step.ts';

/** Messages that are due together leave in one write of about this size. */
const batchBytes = 64 << 10;

interface Waiting {
  step: Step;
  order: number;
}

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
}

/** All that goes to one client, by time; what is due at the same time in the order in which it was pushed. */
export class StepQueue {
  readonly #options: QueueOptions;
  readonly #waiting = new Heap<Waiting>((a, b) => a.step.due - b.step.due || a.order - b.order);
  #order = 0;
  readonly #appointments = new Set<number>(); // each time once, however often it is asked for
  #isBlocked = false;
  #isRunning = false;
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

  /** Nothing waits to be sent. */
  get isIdle(): boolean {
    return this.#waiting.size === 0 && !this.#isBlocked;
  }

  push(step: Step): void {
    if (this.#isRunning && this.#isNext(step)) this.#send(step);
    else this.#wait(step);
  }

  /** Lets `fill` push steps, and sends at once, in as few writes as may be, what is due of them. It is given the time. */
  fill(fill: (now: number) => void): void {
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
    for (
      let top = this.#waiting.peek();
      top !== undefined && top.step.due <= this.#now && !this.#isBlocked;
      top = this.#waiting.peek()
    ) {
      this.#waiting.pop();
      this.#send(top.step);
    }
    this.flush();
    this.#options.journal.flush();
    this.#isRunning = false;
    const next = this.#waiting.peek();
    if (next !== undefined && !this.#isBlocked) this.#appoint(next.step.due);
  }

  #start(): void {
    this.#isRunning = true;
    this.#now = this.#options.clock.now();
  }

  /** Whether a step is due now, and nothing that waits comes before it: it need not wait, then. */
  #isNext({ due }: Step): boolean {
    if (due > this.#now || this.#isBlocked) return false;
    const top = this.#waiting.peek();
    return top === undefined || top.step.due > due;
  }

  #wait(step: Step): void {
    this.#waiting.push({ step, order: this.#order++ });
    if (!this.#isRunning && this.#waiting.peek()?.step === step) this.#appoint(step.due);
  }

  /** Drops all that waits. */
  clear(): void {
    this.#waiting.clear();
  }

  #appoint(due: number): void {
    if (this.#appointments.has(due)) return;
    this.#appointments.add(due);
    this.#options.alarm.at(due, () => {
      this.#appointments.delete(due);
      this.run();
    });
  }

  /** Sends a step, and those that follow it as long as they are due and nothing else comes first. */
  #send(first: Step): void {
    for (let step = first; ;) {
      if (this.#options.journal.isOpen) this.#enter(step);
      this.#write(step.bytes);
      if (step.onSent !== undefined || step.exit !== undefined) this.#finish(step);
      const next: Step | undefined = step.next?.();
      if (next === undefined) return;
      if (!this.#isNext(next)) return this.#wait(next);
      step = next;
    }
  }

  /** The journal has it before it leaves. */
  #enter({ place, asked, bytes, due }: Step): void {
    const { journal, connection } = this.#options;
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

  #write(bytes: Buffer | string): void {
    if (typeof bytes === 'string') {
      this.#text += bytes;
      this.#count++;
      if (this.#text.length >= batchBytes) this.flush();
      return;
    }
    this.flush();
    if (bytes.length > 0) this.#take(bytes, 1);
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

/** Clean-up steps, run last in, first out, each once; the first error is thrown when all have run. */
export class Disposer implements AsyncDisposable {
  readonly #steps: (() => unknown)[] = [];

  /** Adds a step; what it returns is awaited. */
  defer(step: () => unknown): void {
    this.#steps.push(step);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}

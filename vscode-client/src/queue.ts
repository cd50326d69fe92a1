// One job at a time. Asking again while one runs leads to exactly one more run, however often it was asked.

export class Latest {
  private last: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;

  constructor(private readonly job: () => Promise<void>) {}

  /** Resolves when a run that began after this call has ended; rejects if that run does. */
  request(): Promise<void> {
    if (this.waiting !== undefined) return this.waiting;
    const next = this.last.then(() => {
      this.waiting = undefined;
      return this.job();
    });
    this.waiting = next;
    this.last = next.catch(() => undefined);
    return next;
  }
}

/** Call `job` once things were quiet for `milliseconds`. */
export class Debounced {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly milliseconds: number,
    private readonly job: () => void,
  ) {}

  request(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.job, this.milliseconds);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

/**
 * Lets operations start slice by slice, so that there is work under way whenever a strike falls, however fast the machine is.
 * Callers that are early wait in line.
 */
export class Gate {
  private tickets = 0;
  private readonly line: (() => void)[] = [];

  /** Resolves when the next operation may start. */
  pass(): Promise<void> {
    if (this.tickets > 0) {
      this.tickets -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.line.push(resolve));
  }

  /** Lets so many more start. */
  open(count: number): void {
    for (let left = count; left > 0; left--) {
      const next = this.line.shift();
      if (next) next();
      else this.tickets += 1;
    }
  }
}

/** Whether a connection still takes what it is sent. */
export class Flow {
  #taken = 0;
  /** How many there were when it was last looked at, if one was waiting then. */
  #takenBefore: number | undefined;

  /** The client's side has taken a message. */
  take(): void {
    this.#taken += 1;
  }

  /** Whether something waited at the last look as well, and nothing was taken since. */
  isStalled(isWaiting: boolean): boolean {
    const isStalled = isWaiting && this.#taken === this.#takenBefore;
    this.#takenBefore = isWaiting ? this.#taken : undefined;
    return isStalled;
  }
}

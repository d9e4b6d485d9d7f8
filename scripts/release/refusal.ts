/** Why there is no release: for people, without a stack. */
export class Refusal extends Error {
  /** 1: the state of the checkout, or a step that failed. 2: the call. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

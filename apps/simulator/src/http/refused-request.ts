import { type Answer, createProblem } from './answer.ts';

/** Thrown where a request is read: it is not understood, and `answer` says why. */
export class RefusedRequest extends Error {
  readonly answer: Answer;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.answer = createProblem(status, code, detail);
  }
}

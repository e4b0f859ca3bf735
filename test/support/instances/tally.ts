/** What all raw gateways of a run saw together, as far as one caller can judge it. */
export class Tally {
  /** The largest fencing token that anybody was told of a session. */
  readonly #tokens = new Map<string, number>();
  readonly wrong: string[] = [];
  repliesParked = 0;

  tokenMax(session: string): number {
    return this.#tokens.get(session) ?? 0;
  }

  sawToken(session: string, fencingToken: number): void {
    this.#tokens.set(session, Math.max(fencingToken, this.tokenMax(session)));
  }
}

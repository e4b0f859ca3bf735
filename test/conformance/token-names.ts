/** Names the tokens of a session by their order, so that two stores with different floors can be compared. */

const TOKEN_MEMBERS = new Set(['fencingToken', 'currentToken']);

export class TokenNames {
  readonly #tokens = new Map<number, number[]>();

  /** The tokens of a session, in the order in which they were first seen. */
  of(session: number): readonly number[] {
    return this.#tokens.get(session) ?? [];
  }

  /** The same value with each token replaced by its place. */
  name(session: number, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.name(session, item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([member, held]) => [member, TOKEN_MEMBERS.has(member) && typeof held === 'number' ? this.#place(session, held) : this.name(session, held)]));
  }

  /** This side's token for the one that has the same place on the other side. */
  translate(session: number, token: number, other: TokenNames): number {
    const own = this.of(session)[other.of(session).indexOf(token)];
    if (own === undefined) throw new Error('a token that only one side has seen');
    return own;
  }

  #place(session: number, token: number): number {
    const known = this.#tokens.get(session) ?? [];
    this.#tokens.set(session, known);
    const place = known.indexOf(token);
    if (place !== -1) return place;
    if (known.length > 0 && token < known.at(-1)!) throw new Error(`token ${token} came after ${known.at(-1)}`);
    return known.push(token) - 1;
  }
}

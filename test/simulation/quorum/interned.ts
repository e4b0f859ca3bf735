/** Keeps one of each value and numbers it, so that states can be told apart by a few integers. */

export interface Interned<T> {
  readonly id: number;
  readonly it: T;
}

export class Interner<T> {
  readonly #known = new Map<string, Interned<T>>();
  readonly #keyOf: (value: T) => string;

  constructor(keyOf: (value: T) => string = JSON.stringify) {
    this.#keyOf = keyOf;
  }

  of(value: T): Interned<T> {
    const key = this.#keyOf(value);
    let known = this.#known.get(key);
    if (known === undefined) {
      known = { id: this.#known.size, it: value };
      this.#known.set(key, known);
    }
    return known;
  }
}

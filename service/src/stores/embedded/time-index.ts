/** Sessions in the order of a time that each of them has; of several at one time, in the order of their keys. */
import { compareKeys } from './key-order.ts';
import type { Entry } from './session-table.ts';

/** A time, and what tells sessions of one time apart. */
export interface TimePlace {
  readonly atMs: number;
  readonly key: string;
  /** Of the session's row: keys are unique in one namespace only. */
  readonly id: number;
}

export interface TimedEntry {
  readonly atMs: number;
  readonly entry: Entry;
}

/** A piece that grows beyond this is cut in two: a change moves no more than that, however many sessions there are. */
const PIECE_MAX = 512;

const compare = ({ atMs, entry }: TimedEntry, place: TimePlace): number =>
  atMs === place.atMs ? compareKeys(entry.key, place.key) || entry.id - place.id : atMs - place.atMs;

/** The index of the first item that does not come before the place. */
const firstFrom = <Item>(items: readonly Item[], comesBefore: (item: Item) => boolean): number => {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comesBefore(items[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
};

export class TimeIndex {
  /** None is empty. */
  readonly #pieces: TimedEntry[][] = [];

  get first(): TimedEntry | undefined {
    return this.#pieces[0]?.[0];
  }

  add(atMs: number, entry: Entry): void {
    const place = { atMs, key: entry.key, id: entry.id };
    const at = Math.min(this.#pieceOf(place), this.#pieces.length - 1);
    const piece = this.#pieces[at];
    if (!piece) {
      this.#pieces.push([{ atMs, entry }]);
      return;
    }
    piece.splice(indexIn(piece, place), 0, { atMs, entry });
    if (piece.length > PIECE_MAX) this.#pieces.splice(at + 1, 0, piece.splice(PIECE_MAX / 2));
  }

  /** Takes a session out that was added with this time. */
  remove(atMs: number, entry: Entry): void {
    const place = { atMs, key: entry.key, id: entry.id };
    const at = this.#pieceOf(place);
    const piece = this.#pieces[at];
    const index = piece ? indexIn(piece, place) : 0;
    if (piece?.[index]?.entry !== entry) throw new RangeError('a session is not where its time says');
    piece.splice(index, 1);
    if (piece.length === 0) this.#pieces.splice(at, 1);
  }

  /** The first one behind a place. */
  after(place: TimePlace): TimedEntry | undefined {
    const at = this.#pieceOf(place);
    const piece = this.#pieces[at];
    if (!piece) return undefined;
    const index = indexIn(piece, place);
    const found = piece[index]!;
    return compare(found, place) > 0 ? found : (piece[index + 1] ?? this.#pieces[at + 1]?.[0]);
  }

  /** The piece in which a place is, or the one behind all. */
  #pieceOf(place: TimePlace): number {
    return firstFrom(this.#pieces, (piece) => compare(piece.at(-1)!, place) < 0);
  }
}

const indexIn = (piece: readonly TimedEntry[], place: TimePlace): number => firstFrom(piece, (item) => compare(item, place) < 0);

/** Moves a session to where it stands now; undefined is nowhere. */
export const moveIn = (index: TimeIndex, entry: Entry, from: number | undefined, to: number | undefined): void => {
  if (from === to) return;
  if (from !== undefined) index.remove(from, entry);
  if (to !== undefined) index.add(to, entry);
};

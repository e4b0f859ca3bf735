/** Server-sent events, taken apart as the HTML standard says (section 9.2.6). Pure but for the text it remembers. */

export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

// Holdfast's events are a few hundred bytes. A line without an end must not fill the memory.
const PENDING_CHARS_MAX = 1_000_000;

export class EventParser {
  readonly #decoder = new TextDecoder();
  #pending = '';
  #event = '';
  #data: string[] = [];
  #id: string | undefined;
  #lastId: string | undefined;

  /** What to come back with after a break; undefined before the stream gave an id. */
  get lastId(): string | undefined {
    return this.#lastId;
  }

  /** @throws RangeError when a line does not end */
  push(chunk: Uint8Array): ServerSentEvent[] {
    this.#pending += this.#decoder.decode(chunk, { stream: true });
    if (this.#pending.length > PENDING_CHARS_MAX) throw new RangeError('a line of the event stream is too long');
    // A carriage return at the end may be half of a line's end.
    const lines = this.#pending.split(/\r\n|\n|\r(?!$)/);
    this.#pending = lines.pop()!;
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): ServerSentEvent[] {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return [];
  }

  #dispatch(): ServerSentEvent[] {
    this.#lastId = this.#id;
    const event = { event: this.#event || 'message', data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    return isEmpty ? [] : [event];
  }
}

/** A raw gateway's way to several instances: each request goes to one of them, and what was not answered is repeated at the next. */
import type { HistoryRecorder } from '../history/recorder.ts';
import { LeaseApi, type Answer } from '../lease-api.ts';
import { isRefused, RecordedApi } from '../load/recorded-api.ts';
import { monotonicMs } from '../monotonic.ts';
import { pause } from '../until.ts';

/** The request did not arrive whole in time: nothing was done. */
const REQUEST_TIMEOUT = 408;
const REPEAT_FOR_MS = 60_000;
const REPEAT_AFTER_MS = 40;
/** While nothing can be carried out, knocking only takes time from those who start it again. */
const KNOCK_AGAIN_MS = 500;
/** How often a request goes to another instance than the one before it, without need. */
const WANDERS = 0.3;

export class FailOver {
  /** Requests whose answer got lost, so that they were sent again. */
  lost = 0;
  readonly #chance: () => number;
  readonly #connections: readonly LeaseApi[];
  readonly #apis: readonly RecordedApi[];
  #at: number;

  constructor(baseUrls: readonly string[], history: HistoryRecorder, chance: () => number) {
    this.#chance = chance;
    this.#connections = baseUrls.map((baseUrl) => new LeaseApi(baseUrl));
    this.#apis = this.#connections.map((connection, instance) => new RecordedApi(connection, history, instance));
    this.#at = Math.floor(chance() * baseUrls.length);
  }

  /** Ends the connections to one instance, and the requests on them. */
  cut(instance: number): void {
    this.#connections[instance]!.close();
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** One request to one of the instances. Rejects when its connection fails. */
  once<A extends Answer>(call: (api: RecordedApi) => Promise<A>): Promise<A> {
    if (this.#chance() < WANDERS) this.#goOn();
    return call(this.#apis[this.#at]!);
  }

  /** Repeats a request, at one instance after the other, until an answer says what became of it. */
  async answered<A extends Answer>(call: (api: RecordedApi) => Promise<A>): Promise<A> {
    const giveUpMs = monotonicMs() + REPEAT_FOR_MS;
    for (;;) {
      const answer = await this.once(call).catch((error: unknown) => error);
      if (!(answer instanceof Error) && (answer as A).status < 500 && (answer as A).status !== REQUEST_TIMEOUT) return answer as A;
      if (monotonicMs() > giveUpMs) throw new Error(`not answered within ${REPEAT_FOR_MS} ms`, { cause: answer });
      const wasSent = answer instanceof Error ? !isRefused(answer) : (answer as A).status !== REQUEST_TIMEOUT && (answer as A).body.outcome !== 'not-applied';
      if (wasSent) this.lost += 1;
      this.#goOn();
      await pause(this.#chance() * (wasSent ? REPEAT_AFTER_MS : KNOCK_AGAIN_MS));
    }
  }

  #goOn(): void {
    this.#at = (this.#at + 1) % this.#apis.length;
  }
}

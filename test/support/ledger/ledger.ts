/**
 * Clients that write down what was acknowledged to them, and ask for it again after a crash. Each session has one client,
 * which sends one request at a time: so the ledger knows what must be, and what may be, to the letter.
 */
import { inParallel } from '../in-parallel.ts';
import { LeaseApi, newLeaseId, type Answer } from '../lease-api.ts';
import { monotonicMs } from '../monotonic.ts';
import { repliesOf } from '../reply-api.ts';
import { factsOf, reconcile, type SessionRecord } from './record.ts';
import { misread, repliesIn } from './replies.ts';
import { nextStep, type Step } from './steps.ts';

const SESSIONS_PER_CLIENT = 4;
/** Lease ids that are over are asked for again, so many of the newest. */
const OVER_MAX = 200;
const WIDTH = 16;

interface OverLease {
  readonly session: string;
  readonly leaseId: string;
}

interface Sent {
  readonly sentMs: number;
  /** The largest token that anybody had been told then. */
  readonly tokenAbove: number;
}

export interface Load {
  /** Resolves when every client has stopped, because it was told to or because a request failed. */
  readonly done: Promise<unknown>;
  stop(): Promise<void>;
}

export class Ledger {
  /** Requests that were acknowledged. */
  acknowledged = 0;
  /** The same by what they asked for. */
  readonly acknowledgedSteps: Record<string, number> = {};
  /** Requests of which nobody knows what became of them. */
  unanswered = 0;
  /** Requests that were refused as not carried out. */
  refused = 0;
  /** The largest fencing token that anybody was told. */
  tokenMax = 0;
  /** When the newest acknowledged request was sent, on the machine's monotonic clock. */
  newestSentMs = 0;
  /** The longest that a client waited for an answer, or for the end of its connection. */
  slowestMs = 0;
  /** Answers that should not be, and what was lost. */
  readonly wrong: string[] = [];
  readonly #clients: SessionRecord[][];
  readonly #chance: () => number;
  #over: OverLease[] = [];
  #powerGone = false;
  #drafts = 0;
  #probes = 0;

  constructor(clients: number, chance: () => number) {
    this.#chance = chance;
    const recordOf = (client: number, index: number): SessionRecord => ({ session: `ledger-${client}-${index}`, leaseId: '', acknowledged: { held: false, replies: {} } });
    this.#clients = Array.from({ length: clients }, (_, client) => Array.from({ length: SESSIONS_PER_CLIENT }, (_unused, index) => recordOf(client, index)));
  }

  /** Lets every client work until it is stopped, or until a request of its own fails. */
  work(baseUrl: string): Load {
    let stopped = false;
    this.#powerGone = false;
    const api = new LeaseApi(baseUrl);
    const done = Promise.all(this.#clients.map((records) => this.#run(api, records, () => stopped))).finally(() => api.close());
    const stop = async (): Promise<void> => {
      stopped = true;
      await done;
    };
    return { done, stop };
  }

  /**
   * To be called in the moment before the service's disk loses power: whatever is answered after it is not taken for an answer. A machine without
   * power answers nothing; a service that goes on without its disk may, since Linux lets a synchronisation that is under way in the moment of an
   * ext4 shutdown return success for what it never wrote.
   */
  powerGoes(): void {
    this.#powerGone = true;
  }

  async #run(api: LeaseApi, records: SessionRecord[], stopped: () => boolean): Promise<void> {
    while (!stopped()) {
      const index = Math.floor(this.#chance() * records.length);
      const record = records[index]!;
      const step = nextStep(record, this.#chance(), ++this.#drafts);
      const sent: Sent = { sentMs: monotonicMs(), tokenAbove: this.tokenMax };
      const answer = await step.send(api).catch((error: Error) => error);
      this.slowestMs = Math.max(this.slowestMs, monotonicMs() - sent.sentMs);
      records[index] = this.#entered(record, step, answer, sent);
      if (this.#powerGone || answer instanceof Error || answer.status !== step.status) return;
    }
  }

  #entered(record: SessionRecord, step: Step, answer: Answer | Error, sent: Sent): SessionRecord {
    const { leaseId } = step;
    if (this.#powerGone) return this.#open(record, step, sent);
    if (!(answer instanceof Error) && answer.status === step.status) {
      this.acknowledged += 1;
      this.acknowledgedSteps[step.name] = (this.acknowledgedSteps[step.name] ?? 0) + 1;
      this.newestSentMs = Math.max(this.newestSentMs, sent.sentMs);
      const acknowledged = step.factsAfter(answer);
      this.tokenMax = Math.max(this.tokenMax, acknowledged.fencingToken ?? 0);
      if (!acknowledged.held && record.acknowledged.held) this.#over.push({ session: record.session, leaseId });
      return { session: record.session, leaseId, acknowledged };
    }
    if (!(answer instanceof Error) && answer.body.outcome === 'not-applied') {
      this.refused += 1;
      return record;
    }
    if (!(answer instanceof Error) && (answer.status !== 503 || answer.body.outcome !== 'unknown')) {
      this.wrong.push(`${record.session} was answered ${answer.status} ${answer.body.code} ${answer.body.outcome}`);
    }
    return this.#open(record, step, sent);
  }

  #open(record: SessionRecord, step: Step, { tokenAbove }: Sent): SessionRecord {
    this.unanswered += 1;
    return { ...record, leaseId: step.leaseId, possible: step.factsAfter(), tokenAbove };
  }

  /** Asks the service for all that the ledger knows, notes what is missing, and takes over what was left open. */
  async verify(baseUrl: string): Promise<void> {
    const api = new LeaseApi(baseUrl);
    try {
      await inParallel(this.#clients, WIDTH, async (records) => {
        for (const [index, record] of records.entries()) records[index] = await this.#verified(api, record);
      });
      this.#over = this.#over.slice(-OVER_MAX);
      await inParallel(this.#over, WIDTH, async ({ session, leaseId }) => {
        this.#expect(`${session}, whose lease is over,`, await again(api, session, leaseId), 410);
      });
      const { body } = await again(api, `probe-${++this.#probes}`, newLeaseId());
      if (!((body.fencingToken ?? 0) > this.tokenMax)) this.wrong.push(`the next fencing token is ${body.fencingToken}; ${this.tokenMax} had been told`);
      this.tokenMax = Math.max(this.tokenMax, body.fencingToken ?? 0);
    } finally {
      api.close();
    }
  }

  async #verified(api: LeaseApi, record: SessionRecord): Promise<SessionRecord> {
    const { body } = await api.inspect(record.session);
    const seen = factsOf(body, repliesIn(await repliesOf(api, record.session)));
    const reconciled = reconcile(record, seen);
    if (typeof reconciled === 'string') {
      this.wrong.push(reconciled);
      return { ...record, acknowledged: seen, possible: undefined };
    }
    this.tokenMax = Math.max(this.tokenMax, seen.fencingToken ?? 0);
    this.wrong.push(...(await misread(api, record.session, seen.replies)));
    if (seen.held) {
      this.#expect(`${record.session}, which is held,`, await again(api, record.session, record.leaseId), 200, seen.fencingToken);
      // A grant that nobody was told is only an offer, until it is renewed.
      this.#expect(`${record.session}, when its holder renewed,`, await api.renew(record.session, record.leaseId), 200, seen.fencingToken);
    }
    return reconciled;
  }

  #expect(what: string, { status, body }: Answer, wanted: number, fencingToken?: number): void {
    if (status !== wanted || body.fencingToken !== fencingToken) this.wrong.push(`${what} was answered ${status} ${body.code} ${body.fencingToken}`);
  }
}

/** The same grant is asked for once more. */
const again = (api: LeaseApi, session: string, leaseId: string): Promise<Answer> => api.acquire(session, leaseId, { holder: 'ledger', waitMs: 0 });

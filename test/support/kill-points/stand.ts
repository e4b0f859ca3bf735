/** Where scenarios are played and cut off: a real service, the applications' folder, and whoever brings to an end what the killed have left. */
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LeaseClient, LeaseNotHeldError, type Lease } from '../../../client/src/index.ts';
import { silentLogger } from '../../../client/src/logger.ts';
import { systemClock } from '../../../client/src/clock.ts';
import { Spool } from '../../../client/src/spool/spool.ts';
import { forkProgram } from '../fork-program.ts';
import { monotonicMs } from '../monotonic.ts';
import { readLogs, readReplies, readTranscripts } from '../reply-run/left-behind.ts';
import type { KeptReply, LogLine, ReplyRun } from '../reply-run/record.ts';
import { Worker } from '../reply-run/workers.ts';
import type { SpawnedService } from '../spawn-service.ts';
import { until, within } from '../until.ts';
import { Gate } from './gate.ts';
import type { Role } from './point-names.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import type { FromScenario, ScenarioSettings } from './worker.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
const ENDS_WITHIN_MS = 60_000;
const TURNS_AT_ONCE = 20;

/** Where a process ends itself: `<name>: before` or `<name>: after`, the how-many-eth time. */
export interface Cut {
  readonly point: string;
  readonly visit: number;
}

export interface Played {
  readonly session: string;
  readonly scenario: Scenario;
  readonly pid: number;
  readonly endedBy: NodeJS.Signals | null;
  /** How often it came by each point; undefined where it was cut off. */
  readonly visits: Readonly<Record<string, number>> | undefined;
  readonly outcome: string | undefined;
}

export class Stand {
  readonly service: SpawnedService;
  readonly client: LeaseClient;
  readonly folder: string;
  readonly #channelUrl: string;
  readonly #log: LogLine[] = [];
  readonly #killed: number[] = [];
  readonly #kept = new Map<string, Lease>();

  constructor(service: SpawnedService, channelUrl: string) {
    this.service = service;
    this.#channelUrl = channelUrl;
    this.client = new LeaseClient({ baseUrl: service.baseUrl, holder: 'an earlier gateway', events: false });
    this.folder = join(service.folder, 'applications');
    mkdirSync(this.folder, { recursive: true });
  }

  get spoolFolder(): string {
    return join(this.folder, 'spool');
  }

  /** Plays a scenario in a session of its own, up to its end or to where it is cut off. */
  async play(name: string, session: string, cut?: Cut): Promise<Played> {
    return (await this.#start(name, session, cut, { signal: 'SIGKILL' })).ended;
  }

  /** Plays a scenario up to a point, where its process stands still. Resolves, once it does, with what lets it go on to its end. */
  async playUpTo(name: string, session: string, cut: Cut, requestTimeoutMs?: number): Promise<() => Promise<Played>> {
    const { pid, ended } = await this.#start(name, session, cut, { signal: 'SIGSTOP', requestTimeoutMs });
    await until(`${session} stands still`, () => statusOf(pid) === 'T', { everyMs: 5 });
    return () => {
      process.kill(pid, 'SIGCONT');
      return ended;
    };
  }

  async #start(name: string, session: string, cut: Cut | undefined, how: Pick<ScenarioSettings, 'signal' | 'requestTimeoutMs'>): Promise<{ pid: number; ended: Promise<Played> }> {
    const scenario = SCENARIOS[name]!;
    const { settings, gate } = await this.#prepare(name, scenario, session, cut);
    // What was compiled once need not be compiled by each of hundreds of processes, also where the run does not see to it.
    const env = { NODE_COMPILE_CACHE: join(this.folder, 'compiled') };
    const child = forkProgram(WORKER, { ...settings, ...how } satisfies ScenarioSettings, { env });
    const pid = child.pid ?? 0;
    let told: Extract<FromScenario, { kind: 'done' }> | undefined;
    child.on('message', (message: FromScenario) => {
      if (message.kind === 'done') told = message;
      else {
        gate?.set(message.state);
        child.send('set', () => {});
      }
    });
    const ended = within(`${session} ends`, once(child, 'exit'), ENDS_WITHIN_MS).then(async (exit): Promise<Played> => {
      const [code, endedBy] = exit as [number | null, NodeJS.Signals | null];
      await gate?.close();
      if (code !== null && code !== 0) throw new Error(`${session}: its process failed`);
      if (endedBy !== null) this.#killed.push(pid);
      return { session, scenario, pid, endedBy, visits: told?.visits, outcome: told?.outcome };
    });
    // Whoever waits for it is told; until then a failure must not end the test.
    ended.catch(() => {});
    return { pid, ended };
  }

  /** Takes the session of a killed process away from it, and keeps it, so that no courier comes by. */
  async keepBack(session: string): Promise<void> {
    await this.revoke(session);
    this.#kept.set(session, await this.client.acquire(session, { reentrant: false, ttlMs: 600_000 }));
  }

  /** The process is known to be dead: nobody has to wait for its lease to run out. */
  async revoke(session: string): Promise<void> {
    try {
      await this.client.revoke(session, { reason: 'its holder was killed' });
    } catch (error) {
      // It was killed without one.
      if (!(error instanceof LeaseNotHeldError)) throw error;
    }
  }

  /** A fresh gateway is given each session's message (again). */
  async finishByTurns(sessions: readonly string[]): Promise<readonly string[]> {
    const gateway = this.#worker('gateway');
    await gateway.ready();
    for (const [index, session] of sessions.entries()) {
      await this.#letGo(session);
      gateway.give({ session, messageId: 'own', text: `own of ${session}, again` });
      await until('few enough turns are under way', () => gateway.outcomes.length > index - TURNS_AT_ONCE, { withinMs: 120_000 });
    }
    await until('every turn has ended', () => gateway.outcomes.length === sessions.length, { withinMs: 120_000 });
    await gateway.close();
    return gateway.outcomes.flatMap(({ error }) => error ?? []);
  }

  /** A fresh courier does the rest. */
  async finishByCourier(sessions: readonly string[]): Promise<void> {
    await Promise.all(sessions.map((session) => this.#letGo(session)));
    const courier = this.#worker('courier');
    await until('nothing is left to deliver', async () => (await this.#isDone()) || undefined, { withinMs: 120_000, everyMs: 200 });
    await courier.close();
  }

  async readRun(): Promise<Omit<ReplyRun, 'accepted'>> {
    return {
      log: [...this.#log, ...readLogs(this.folder)].sort((a, b) => a.atMs - b.atMs),
      replies: await readReplies(this.client),
      transcripts: readTranscripts(this.folder),
      killed: this.#killed,
    };
  }

  async close(): Promise<void> {
    await this.client.close({ leases: 'leave' });
  }

  async #prepare(name: string, scenario: Scenario, session: string, cut: Cut | undefined): Promise<{ settings: Omit<ScenarioSettings, 'signal' | 'requestTimeoutMs'>; gate?: Gate }> {
    const { role, gate: gated, spooled = false, earlier = role === 'courier' ? ['e1'] : [], text = '' } = scenario;
    const staleToken = await this.client.withLease(session, (lease) => lease.fencingToken);
    for (const replyId of earlier) await this.#keep({ session, replyId, fencingToken: staleToken, payload: `${replyId} of ${session} ${text}`.trim() }, spooled);
    const directUrl = this.service.baseUrl;
    const gate = gated && new Gate(this.service.port, gated);
    const baseUrl = (await gate?.listen()) ?? directUrl;
    const { folder, spoolFolder } = this;
    const settings = { scenario: name, session, baseUrl, directUrl, channelUrl: this.#channelUrl, folder, spoolFolder, staleToken, endAt: cut?.point, endAtVisit: cut?.visit };
    return { settings, ...(gate && { gate }) };
  }

  async #keep({ session, replyId, fencingToken, payload }: { session: string; replyId: string; fencingToken: number; payload: string }, spooled: boolean): Promise<void> {
    const said = { pid: process.pid, session, replyId };
    this.#log.push({ atMs: monotonicMs(), what: 'generated', text: payload, ...said });
    if (spooled) {
      const spool = new Spool(this.spoolFolder, { clock: systemClock, logger: silentLogger });
      await spool.keep({ session, replyId, holder: 'an earlier gateway', committed: false, fencingToken, payload, contentType: 'application/json' });
    } else await this.client.replies.park(session, replyId, { fencingToken, payload });
    this.#log.push({ atMs: monotonicMs(), what: 'kept', fencingToken, where: spooled ? 'spool' : 'service', ...said });
  }

  async #letGo(session: string): Promise<void> {
    const lease = this.#kept.get(session);
    this.#kept.delete(session);
    await (lease ? lease.release() : this.revoke(session));
  }

  async #isDone(): Promise<boolean> {
    const open = (await readReplies(this.client)).filter(isOpen);
    return open.length === 0 && spooledIn(this.spoolFolder).length === 0;
  }

  #worker(role: Role | 'gateway'): Worker {
    return new Worker({
      role: role === 'courier' ? 'courier' : 'gateway',
      name: `a fresh ${role}`,
      folder: this.folder,
      baseUrl: this.service.baseUrl,
      channelUrl: this.#channelUrl,
      ttlMs: 10_000,
      seed: 1,
      spool: true,
    });
  }
}

export const isOpen = ({ state }: KeptReply): boolean => state === 'parked' || state === 'sending' || state === 'unknown';

/** `T` stands for stopped. Its name may have spaces and parentheses. */
const statusOf = (pid: number): string | undefined => /\) (\w) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];

const spooledIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.reply'));
  } catch {
    // It is made when it is needed.
    return [];
  }
};

/** A run of many turns in which everybody is killed: gateways, couriers, the service and its Redis, at moments that a seed chooses. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LeaseClient } from '../../../client/src/index.ts';
import type { Crashes } from '../crashes.ts';
import { seededChance } from '../load/seeded-chance.ts';
import type { SpawnedService } from '../spawn-service.ts';
import { until } from '../until.ts';
import { Channel, REFUSED_TEXT } from './channel.ts';
import { readLogs, readReplies, readTranscripts } from './left-behind.ts';
import type { ReplyRun } from './record.ts';
import type { Message, WorkerSettings } from './worker.ts';
import { Worker } from './workers.ts';

export interface RunPlan {
  readonly seed: number;
  readonly turns: number;
  readonly sessions: number;
  /** Turns between two kills, about. */
  readonly turnsPerKill: number;
  /** Which part of the kills strikes what stands behind the API. The rest strikes gateways and couriers. */
  readonly crashShare: number;
}

export interface Ran {
  readonly run: ReplyRun;
  readonly kills: { gateway: number; courier: number };
  readonly channel: Channel;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly errors: readonly string[];
}

const GATEWAYS = 2;
const COURIERS = 2;
/** Messages under way at a time. */
const AT_ONCE = 12;
const TTL_MS = 1_000;
const REFUSED_PART = 0.01;
/** A gateway that fails more often has another reason than a service that was away. */
const FAILURES_MAX = 200;
const CHANNEL = { refuses: 0.03, swallows: 0.04 };

export class ReplyRunner {
  readonly #plan: RunPlan;
  readonly #service: SpawnedService;
  readonly #crashes: Crashes;
  readonly #chance: () => number;
  readonly #channel: Channel;
  readonly #folder: string;
  readonly #workers: Worker[] = [];
  readonly #past: Worker[] = [];
  readonly #kills = { gateway: 0, courier: 0 };
  #channelUrl = '';
  #started = 0;

  constructor(plan: RunPlan, service: SpawnedService, crashes: Crashes) {
    this.#plan = plan;
    this.#service = service;
    this.#crashes = crashes;
    this.#chance = seededChance(plan.seed);
    this.#channel = new Channel(seededChance(plan.seed + 1), CHANNEL);
    this.#folder = join(service.folder, `run-${plan.seed}`);
    mkdirSync(this.#folder, { recursive: true });
  }

  async run(): Promise<Ran> {
    this.#channelUrl = await this.#channel.listen();
    for (let index = 0; index < GATEWAYS; index += 1) this.#start('gateway', `gateway-${index}`);
    for (let index = 0; index < COURIERS; index += 1) this.#start('courier', `courier-${index}`);
    await Promise.all(this.#workers.map((worker) => worker.ready()));
    try {
      await this.#play(this.#messages());
      const client = new LeaseClient({ baseUrl: this.#service.baseUrl, holder: 'the judge' });
      try {
        await this.#settle(client);
        return await this.#gather(client);
      } finally {
        await client.close();
      }
    } finally {
      await Promise.all(this.#workers.map((worker) => worker.kill()));
      await this.#channel.close();
    }
  }

  #messages(): Message[] {
    const { turns, sessions } = this.#plan;
    return Array.from({ length: turns }, (_, index) => ({
      session: `session-${Math.floor(this.#chance() * sessions)}`,
      messageId: `m${index}`,
      text: `answer ${index}${this.#chance() < REFUSED_PART ? `, ${REFUSED_TEXT}` : ''}`,
    }));
  }

  #start(role: WorkerSettings['role'], name: string): Worker {
    const { seed } = this.#plan;
    this.#started += 1;
    const worker = new Worker({
      role,
      name,
      folder: this.#folder,
      baseUrl: this.#service.baseUrl,
      channelUrl: this.#channelUrl,
      ttlMs: TTL_MS,
      seed: seed + this.#started * 17,
      spool: true,
    });
    this.#workers.push(worker);
    return worker;
  }

  /** Gives the messages out, keeps so many under way, and kills somebody every so often. */
  async #play(messages: readonly Message[]): Promise<void> {
    const left = [...messages];
    let nextKill = this.#nextKill(0);
    while (left.length > 0 || this.#underWay > 0 || this.#workers.some(({ failed }) => failed.length > 0)) {
      for (const { failed } of this.#workers) left.unshift(...failed.splice(0));
      while (left.length > 0 && this.#underWay < AT_ONCE) this.#give(left.shift()!);
      const done = messages.length - left.length - this.#underWay;
      if (done >= nextKill && left.length > 0) {
        await this.#killSomebody();
        nextKill = this.#nextKill(done);
      }
      const before = this.#underWay;
      await until('a turn ends', () => this.#underWay < before || this.#underWay === 0, { withinMs: 120_000, everyMs: 2 });
      if (this.#workers.some(({ outcomes }) => outcomes.filter(({ error }) => error !== undefined).length > FAILURES_MAX)) return;
    }
  }

  get #gateways(): Worker[] {
    return this.#workers.filter(({ settings, gone }) => settings.role === 'gateway' && !gone);
  }

  get #underWay(): number {
    return this.#workers.reduce((count, { open }) => count + open.size, 0);
  }

  #give(message: Message): void {
    const gateways = this.#gateways;
    gateways[Math.floor(this.#chance() * gateways.length)]!.give(message);
  }

  #nextKill(done: number): number {
    return done + Math.max(1, Math.round(this.#plan.turnsPerKill * (0.5 + this.#chance())));
  }

  async #killSomebody(): Promise<void> {
    const dice = this.#chance();
    const { crashShare } = this.#plan;
    if (dice < crashShare) {
      await this.#crashes.strike();
      return;
    }
    const role = dice < crashShare + (1 - crashShare) * 0.6 ? 'gateway' : 'courier';
    const candidates = this.#workers.filter(({ settings }) => settings.role === role);
    const victim = candidates[Math.floor(this.#chance() * candidates.length)]!;
    this.#kills[role] += 1;
    await victim.kill();
    this.#workers.splice(this.#workers.indexOf(victim), 1);
    this.#past.push(victim);
    const successor = this.#start(role, victim.settings.name);
    await successor.ready();
    // Messages are acknowledged only after their turn: what the killed had is given out again.
    for (const message of [...victim.open.values(), ...victim.failed]) this.#give(message);
  }

  /** The channel is well again, and one more turn in each session that has something left: a live turn need not wait for a back-off. */
  async #settle(client: LeaseClient): Promise<void> {
    this.#channel.chances = { refuses: 0, swallows: 0 };
    for (let round = 0; ; round += 1) {
      const open = (await readReplies(client)).filter(({ state }) => state === 'parked' || state === 'sending' || state === 'unknown');
      if (open.length === 0 && (await this.#spoolIsEmpty())) return;
      if (round === 20) throw new Error(`after 20 rounds still undelivered: ${JSON.stringify(open.slice(0, 3))}`);
      const sessions = [...new Set(open.map(({ session }) => session))];
      await this.#play(sessions.map((session) => ({ session, messageId: `last-${round}-${session}`, text: 'the last word' })));
    }
  }

  async #spoolIsEmpty(): Promise<boolean> {
    const { readdir } = await import('node:fs/promises');
    const names = await readdir(join(this.#folder, 'spool')).catch(() => []);
    return names.length === 0;
  }

  async #gather(client: LeaseClient): Promise<Ran> {
    const replies = await readReplies(client);
    const workers = [...this.#past, ...this.#workers];
    const outcomes: Record<string, number> = {};
    const errors: string[] = [];
    for (const { outcome, error } of workers.flatMap((worker) => worker.outcomes)) {
      if (outcome !== undefined) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (error !== undefined) errors.push(error);
    }
    const run: ReplyRun = {
      accepted: this.#channel.accepted,
      log: readLogs(this.#folder),
      replies,
      transcripts: readTranscripts(this.#folder),
      killed: this.#past.map(({ pid }) => pid),
    };
    return { run, kills: this.#kills, channel: this.#channel, outcomes, errors };
  }
}

/** A namespace at work at random: every call of the API, right ones and wrong ones, with its mark in everything that it writes. */
import { newLeaseId } from './lease-api.ts';
import { seededChance } from './load/seeded-chance.ts';

/** Few enough that both namespaces are at the same ones all the time. */
const SESSIONS = 6;

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly leaseId?: string | undefined;
  readonly body?: object | string;
}

export class Tenant {
  readonly mark: string;
  /** Everything that it was told, that is wrong to be told, and how much was looked at. */
  readonly leaks: string[] = [];
  answers = 0;
  events = 0;
  readonly statuses = new Map<number, number>();
  readonly #baseUrl: string;
  readonly #authorization: Record<string, string>;
  readonly #chance: () => number;
  /** Lease ids that it uses, by session; with those of the other one among them now and then. */
  readonly leaseIds: string[][] = Array.from({ length: SESSIONS }, () => [newLeaseId()]);
  #tokens: number[] = [1];
  #foreign: Tenant | undefined;

  constructor(name: string, { baseUrl, key, seed }: { baseUrl: string; key?: string; seed: number }) {
    this.mark = `canary-of-${name}`;
    this.#baseUrl = baseUrl;
    this.#authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
    this.#chance = seededChance(seed);
  }

  against(other: Tenant): void {
    this.#foreign = other;
  }

  async step(): Promise<void> {
    const session = Math.floor(this.#chance() * SESSIONS);
    const asked = this.#pick(this.#steps(session));
    const answer = await fetch(`${this.#baseUrl}${asked.path}`, {
      method: asked.method,
      headers: {
        ...this.#authorization,
        ...(asked.leaseId !== undefined && { 'lease-id': asked.leaseId }),
        ...(asked.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(asked.body !== undefined && { body: typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body) }),
    });
    const text = await answer.text();
    this.answers += 1;
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    const { fencingToken } = text.startsWith('{') ? (JSON.parse(text) as { fencingToken?: number }) : {};
    if (fencingToken !== undefined) this.#tokens.push(fencingToken);
    this.#judge(`${asked.method} ${asked.path}`, `${JSON.stringify([...answer.headers])} ${text}`);
  }

  /** Reads events until the signal comes. */
  async watch(signal: AbortSignal): Promise<void> {
    const answer = await fetch(`${this.#baseUrl}/v1/events`, { headers: this.#authorization, signal });
    const decoder = new TextDecoder();
    try {
      for await (const chunk of answer.body!) {
        const text = decoder.decode(chunk, { stream: true });
        this.events += text.split('\ndata:').length - 1;
        this.#judge('an event', text);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #judge(what: string, told: string): void {
    // A cursor has the name of a session in it, in another guise.
    const cursor = Buffer.from(/"nextCursor":"([^"]*)"/.exec(told)?.[1] ?? '', 'base64url').toString();
    if (this.#foreign && (told + cursor).includes(this.#foreign.mark)) this.leaks.push(`${what}: ${told.slice(0, 300)}`);
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#chance() * items.length)]!;
  }

  #leaseId(session: number): string {
    const fresh = this.#chance();
    if (fresh < 0.2) this.leaseIds[session]!.push(newLeaseId());
    const from = fresh > 0.85 && this.#foreign ? this.#foreign : this;
    return this.#pick(from.leaseIds[session]!.slice(-3));
  }

  #steps(nth: number): Asked[] {
    const [session, own] = [`/v1/leases/agent:main:oc_${nth}`, `/v1/leases/agent:main:${this.mark}_${nth}`];
    const replyId = `turn-${Math.floor(this.#chance() * 20)}`;
    const reply = `/v1/replies/agent:main:oc_${nth}/${replyId}`;
    const leaseId = this.#leaseId(nth);
    const token = this.#pick(this.#tokens);
    const { mark } = this;
    const acquire = { holder: `${mark}/1`, ttlMs: 1_000, metadata: { draft: mark } };
    return [
      { method: 'PUT', path: session, leaseId, body: acquire },
      { method: 'PUT', path: own, leaseId, body: acquire },
      { method: 'PUT', path: session, leaseId, body: { ...acquire, waitMs: 30 } },
      { method: 'PUT', path: session, leaseId, body: { ...acquire, yieldRequest: { reason: mark, graceMs: 100 } } },
      { method: 'PUT', path: session, leaseId, body: `{"holder":"${mark}",` },
      { method: 'PUT', path: session, leaseId, body: { holder: mark.repeat(20) } },
      { method: 'POST', path: `${session}/renew`, leaseId, body: {} },
      { method: 'POST', path: '/v1/heartbeats', body: { leases: [{ session: `agent:main:oc_${nth}`, leaseId }, { session: `agent:main:${mark}_${nth}`, leaseId }] } },
      { method: 'DELETE', path: session, leaseId },
      { method: 'GET', path: session },
      { method: 'GET', path: `/v1/leases?limit=${1 + Math.floor(this.#chance() * 5)}` },
      { method: 'GET', path: '/v1/leases?prefix=agent:main:' },
      { method: 'GET', path: `${session}/fence?token=${token}` },
      { method: 'POST', path: `${session}/yield`, body: { by: mark, reason: mark } },
      { method: 'POST', path: `${session}/revoke`, body: { by: mark, reason: mark } },
      { method: 'PUT', path: reply, body: { fencingToken: token, holder: mark, payload: { text: mark }, reason: mark, ...(this.#chance() < 0.5 && { sequence: nth }) } },
      { method: 'GET', path: reply },
      { method: 'GET', path: `/v1/replies/agent:main:oc_${nth}` },
      { method: 'GET', path: `/v1/replies?limit=${1 + Math.floor(this.#chance() * 20)}` },
      { method: 'GET', path: '/v1/replies?due=true' },
      { method: 'POST', path: `${reply}/attempts`, leaseId, body: { attempt: 1, outcome: 'sending' } },
      { method: 'POST', path: `${reply}/attempts`, leaseId, body: { attempt: 1, outcome: 'failed', permanent: true, error: mark } },
      { method: 'POST', path: `${reply}/replay`, body: { reason: mark } },
      { method: 'POST', path: `${reply}/discard`, body: { reason: mark } },
      { method: 'GET', path: '/v1' },
      { method: 'GET', path: '/metrics' },
      { method: 'GET', path: `/v1/nothing/${mark}` },
    ];
  }
}


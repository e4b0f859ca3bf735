/** Plays one history against the scripts of a node and against the pure rules, side by side, and compares every answer. */
import assert from 'node:assert/strict';
import * as rules from '../../../service/src/stores/quorum/rules/node.ts';
import type { Effect, Kept, NodeAnswer, Proposal } from '../../../service/src/stores/quorum/rules/register.ts';
import type { ScriptNode } from './script-node.ts';
import type { NodeStep } from './steps.ts';

const FROM_MS = 1_700_000_000_000;
const FILED = '{"usage":[0,0,0,0,0,0]}';
const NO_PAYLOADS = 0;

type Doing = Exclude<NodeStep, { do: 'pass' }>;

export const playBoth = async (node: ScriptNode, steps: readonly NodeStep[]): Promise<number> => {
  await node.begin();
  const play = new Play(node);
  for (const step of steps) await play.take(step);
  return play.compared;
};

class Play {
  compared = 0;
  readonly #node: ScriptNode;
  readonly #kept = new Map<number, Kept<string>>();
  readonly #values = new Map<number, string[]>();
  readonly #proposals = new Map<string, Proposal<string>>();
  #floor = 0;
  #nowMs = FROM_MS;
  #votes = 0;

  constructor(node: ScriptNode) {
    this.#node = node;
  }

  async take(step: NodeStep): Promise<void> {
    if (step.do === 'pass') this.#nowMs += step.ms;
    else await this.#ask(step);
  }

  async #ask(step: Doing): Promise<void> {
    const { session } = step;
    const name = `default\0s${session}`;
    const kept = this.#keptOf(session);
    const nowMs = this.#nowMs;
    const { accepted, acceptedBy, value: present } = kept.register;
    switch (step.do) {
      case 'vote': {
        const value = `v${(this.#votes += 1)}`;
        this.#values.set(session, [value, ...(this.#values.get(session) ?? [])]);
        const voted = rules.takeVote(kept, value, Infinity, nowMs);
        this.#keep(session, voted.kept);
        this.#mustEqual(step, await this.#node.takeVote(name, value, nowMs), voted.isVote);
        return;
      }
      case 'withdraw': {
        const value = this.#values.get(session)?.[step.nth] ?? '';
        this.#keep(session, rules.withdrawVote(kept, value));
        await this.#node.withdrawVote(name, value);
        return this.#compare(step, rules.read(this.#keptOf(session), nowMs), await this.#node.ask('read', name, nowMs, []));
      }
      case 'read':
        return this.#compare(step, rules.read(kept, nowMs), await this.#node.ask('read', name, nowMs, []));
      case 'prepare': {
        const { number, by } = step;
        return this.#compare(step, rules.prepare(kept, { number, by }, nowMs), await this.#node.ask('prepare', name, nowMs, [number, by]));
      }
      case 'accept': {
        const proposal = this.#proposal(step, present);
        const effect: Effect = step.effect === 'keep' ? { kind: 'keep' } : { kind: step.effect, forMs: step.forMs };
        const args = [...written(proposal), step.effect, step.forMs, proposal.state, FILED, NO_PAYLOADS];
        return this.#compare(step, rules.accept(kept, { proposal, effect }, nowMs), await this.#node.ask('accept', name, nowMs, args));
      }
      case 'renew': {
        const ballot = step.isPresent ? accepted : { number: step.number, step: step.step };
        const by = step.isPresent ? acceptedBy : step.by;
        return this.#compare(step, rules.renew(kept, { ballot, by, ttlMs: step.forMs }, nowMs), await this.#node.ask('renew', name, nowMs, [ballot.number, ballot.step, by, step.forMs]));
      }
      case 'repair': {
        const proposal = this.#proposal(step, present);
        const notAfterMs = nowMs + step.inMs;
        const args = [...written(proposal), step.forMs, notAfterMs, proposal.state, FILED, NO_PAYLOADS];
        return this.#compare(step, rules.repair(kept, { proposal, ttlMs: step.forMs, notAfterMs }, nowMs), await this.#node.ask('repair', name, nowMs, args));
      }
      case 'forget': {
        // Nobody asks for it while there is a lease in the state.
        if (present !== '') return;
        const ballot = step.isPresent ? accepted : { number: step.number, step: step.step };
        return this.#compare(step, rules.forget(kept, ballot, nowMs), await this.#node.ask('forget', name, nowMs, [ballot.number, ballot.step]));
      }
    }
  }

  #proposal({ session, number, step, by, token, value }: Extract<Doing, { do: 'accept' | 'repair' }>, present: string): Proposal<string> {
    const named = value === 'none' ? '' : value === 'present' ? present : (this.#values.get(session)?.[value] ?? '');
    // Whoever writes under a ballot writes one thing.
    const state = `state of ${session} by ${number}.${step} of ${by}`;
    const proposal = this.#proposals.get(state) ?? { ballot: { number, step }, by, token, value: named, state };
    this.#proposals.set(state, proposal);
    return proposal;
  }

  #keptOf(session: number): Kept<string> {
    return { ...(this.#kept.get(session) ?? { register: rules.EMPTY_REGISTER, vote: undefined }), floor: this.#floor };
  }

  #keep(session: number, kept: Kept<string>): void {
    this.#kept.set(session, kept);
    this.#floor = kept.floor;
  }

  #compare(step: Doing, { kept, answer }: rules.Done<string>, told: readonly unknown[]): void {
    this.#keep(step.session, kept);
    this.#mustEqual(step, told, asTold(answer));
  }

  #mustEqual(step: Doing, told: unknown, expected: unknown): void {
    assert.deepEqual(told, expected, `the answer to ${JSON.stringify(step)}`);
    this.compared += 1;
  }
}

const written = ({ ballot, by, token, value }: Proposal<string>): readonly (string | number)[] => [ballot.number, ballot.step, by, token, value];

const asTold = ({ kind, promised, accepted, acceptedBy, state, token, value, lease, floor }: NodeAnswer<string>): readonly unknown[] => [
  kind,
  promised,
  accepted.number,
  accepted.step,
  acceptedBy,
  state ?? null,
  token,
  value,
  lease.isLive ? 1 : 0,
  lease.leftMs,
  lease.renewedMsAgo,
  floor,
];

/** What a command is decided on, and how sure that has to be. Pure. */
import type { Command } from '../../session/commands.ts';
import type { Session } from '../../session/types.ts';
import type { Past } from './past.ts';
import type { Ballot, Proposer } from './rules/ballot.ts';

/**
 * `guess`: it was so when this instance last saw it. `read`: a majority has it. `promise`: a majority has it, and has promised to take
 * what this instance writes next.
 */
export type BasisKind = 'guess' | 'read' | 'promise';

/** What an instance knows of a register. */
export interface Known {
  /** Of the state that was accepted, and by whom. */
  readonly ballot: Ballot;
  readonly by: Proposer;
  /** A number that a majority has promised to this instance, and how often it has written under it. */
  readonly own: { readonly number: number; readonly nextStep: number; readonly by: Proposer; /** In which it was promised. */ readonly epoch: string } | undefined;
  /** Redlock's value of the lease; empty without one. */
  readonly value: string;
  /** Without waiters. Its lease ends no earlier than it says, by the store's clock. */
  readonly session: Session;
  /** The writes that led to it, its own among them. */
  readonly past: Past;
  /** No fencing token at or below it is granted any more. */
  readonly floor: number;
}

export interface Basis extends Known {
  readonly kind: BasisKind;
  /** Whether a majority is known to have it. */
  readonly isCommitted: boolean;
  /** Whether the lease is live cannot be told: too many nodes are away. */
  readonly isDoubtful: boolean;
}

/** So long before its known end a lease is sure to be live until a command is through. */
const SURE_MS = 100;

/** What to decide a command on first. `nowMs` is undefined where what is known is too old. */
export const firstBasis = (command: Command, known: Known | undefined, nowMs: number | undefined): BasisKind => {
  if (known === undefined) return command.kind === 'acquire' ? 'promise' : 'read';
  const { lease } = known.session;
  const isLive = lease !== undefined && nowMs !== undefined && nowMs + SURE_MS < lease.expiresAtMs;
  switch (command.kind) {
    case 'tick':
      return isLive ? 'guess' : 'read';
    case 'acquire':
      if (lease !== undefined) return 'read';
      return known.own === undefined ? 'promise' : 'guess';
    case 'renew':
      return isLive && lease.leaseIdHash === command.leaseIdHash ? 'guess' : 'read';
    case 'release':
      return isLive && lease.leaseIdHash === command.leaseIdHash && known.own !== undefined ? 'guess' : 'read';
    case 'park':
      return known.own !== undefined && (lease === undefined || isLive) ? 'guess' : 'read';
    case 'attempt':
      return known.own !== undefined && isLive && lease.leaseIdHash === command.leaseIdHash ? 'guess' : 'read';
    default:
      return 'read';
  }
};

/** Whether an answer that changes nothing may be given on this basis: a guess says only when waiters are due. */
export const canAnswer = ({ kind }: Command, basis: Basis): boolean => basis.kind !== 'guess' || kind === 'tick';

/** `holdfast-server quorum status | reseed`: how the nodes of a quorum stand, and what brings one back that has lost its data. */
import { parseArgs } from 'node:util';
import type { Clock } from '../clock.ts';
import { readStore, type StoreSettings } from '../config/store-settings.ts';
import { StoreFailedError } from '../stores/store-failed-error.ts';
import type { NodeStanding, QuorumStatus } from '../stores/quorum/administration.ts';

export const QUORUM_USAGE = `Usage: holdfast-server quorum status [--store redis://a,redis://b,redis://c]
       holdfast-server quorum reseed [--store redis://a,redis://b,redis://c]

status says of each node whether it has a vote, and why not. Its exit code is 0 if all of them have, else 1.
reseed gives each node that lost its data, or went back to an older state, all that the others have, and makes it a member again.
A majority must have kept what it had. Services go on meanwhile; it may be interrupted, and repeated.
--store may be left out where HOLDFAST_STORE is set, which keeps passwords out of the list of processes.
`;

export interface QuorumParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

const VERBS: readonly (string | undefined)[] = ['status', 'reseed'];

const storeOf = (given: string | undefined, complain: QuorumParts['complain']): Extract<StoreSettings, { kind: 'quorum' }> | undefined => {
  let faults = 0;
  const store = readStore(given ?? '', (what) => {
    faults += 1;
    complain(`HOLDFAST_STORE: ${what}.`);
  });
  if (faults > 0 || !store) return undefined;
  if (store.kind === 'quorum') return store;
  complain('HOLDFAST_STORE: names no quorum: three or five Redis, separated by commas.');
  return undefined;
};

const row = ({ shown, node, sequence, clockAheadMs, why }: NodeStanding): string => {
  const facts = [node, sequence !== undefined && `${sequence} writes`, clockAheadMs !== undefined && `clock ${clockAheadMs >= 0 ? '+' : ''}${clockAheadMs} ms`];
  return [`${why === undefined ? 'votes   ' : 'no vote '}  ${shown}`, ...facts.filter((fact) => fact !== undefined && fact !== false), ...(why === undefined ? [] : [why])].join('  ');
};

const show = ({ cluster, epoch, nodes, isUsable }: QuorumStatus, print: QuorumParts['print']): number => {
  print(cluster === undefined ? 'No cluster.' : `Cluster ${cluster}, epoch ${epoch}.`);
  for (const node of nodes) print(row(node));
  const votes = nodes.filter(({ why }) => why === undefined).length;
  print(`${votes} of ${nodes.length} nodes vote: ${isUsable ? 'leases are granted and renewed' : 'nothing is carried out'}.`);
  return votes === nodes.length ? 0 : 1;
};

/** @returns the exit code: 2 for what was asked wrongly, 1 for what could not be done, or is not well */
export const runQuorum = async (args: readonly string[], { env, clock, print, complain }: QuorumParts): Promise<number> => {
  let given: ReturnType<typeof parsed>;
  try {
    given = parsed(args);
  } catch (error) {
    complain(`${(error as Error).message.split('. ')[0]}. Try quorum --help.`);
    return 2;
  }
  const [verb, ...rest] = given.positionals;
  if (given.values.help === true) {
    print(QUORUM_USAGE.trimEnd());
    return 0;
  }
  if (!VERBS.includes(verb)) complain(`quorum: must be followed by status or reseed${verb === undefined ? '' : `, not ${JSON.stringify(verb)}`}.`);
  if (rest.length > 0) complain(`${JSON.stringify(rest[0])}: was not expected.`);
  const store = storeOf(given.values.store ?? env['HOLDFAST_STORE'], complain);
  if (!VERBS.includes(verb) || rest.length > 0 || !store) return 2;
  const { quorumStatus, reseedQuorum } = await import('../stores/quorum/administration.ts');
  try {
    if (verb === 'status') return show(await quorumStatus(store.servers, clock), print);
    const seeded = await reseedQuorum(store.servers, clock, print);
    if (seeded.length === 0) print('Every node that answers has what it had: there is nothing to reseed.');
    return 0;
  } catch (error) {
    // A node that fell silent meanwhile says so itself; what was begun may be begun again.
    if (!(error instanceof StoreFailedError) && (error as Error).name !== 'NodeSilentError') throw error;
    complain((error as Error).message);
    return 1;
  }
};

const parsed = (args: readonly string[]) => parseArgs({ args: [...args], options: { store: { type: 'string' }, help: { type: 'boolean' } }, allowPositionals: true });

/** Which script carries out which command of one session. */
import type { Acquire, Command, OutcomeOf, Renew, Tick } from '../../session/commands.ts';
import { attemptScript } from './lua/attempt.ts';
import { discardScript } from './lua/discard.ts';
import { disconnectScript } from './lua/disconnect.ts';
import { fenceScript } from './lua/fence.ts';
import { inspectReplyScript } from './lua/inspect-reply.ts';
import { inspectScript } from './lua/inspect.ts';
import { listRepliesScript } from './lua/list-replies.ts';
import type { Named } from './lua/named.ts';
import { parkScript } from './lua/park.ts';
import { releaseScript } from './lua/release.ts';
import { replayScript } from './lua/replay.ts';
import { revokeScript } from './lua/revoke.ts';
import { yieldScript } from './lua/yield.ts';
import type { Script } from './script.ts';

/** Those that have one outcome for one session. The others, which wait or come in numbers, are the store's own affair. */
export type PlainCommand = Exclude<Command, Acquire | Renew | Tick>;

const SCRIPTS: { readonly [Kind in PlainCommand['kind']]: Script<Named<Extract<PlainCommand, { kind: Kind }>>, OutcomeOf<Extract<PlainCommand, { kind: Kind }>>> } = {
  release: releaseScript,
  disconnect: disconnectScript,
  yield: yieldScript,
  revoke: revokeScript,
  inspect: inspectScript,
  fence: fenceScript,
  park: parkScript,
  attempt: attemptScript,
  replay: replayScript,
  discard: discardScript,
  'inspect-reply': inspectReplyScript,
  'list-replies': listRepliesScript,
};

export const commandScript = <C extends PlainCommand>(command: C): Script<Named<C>, OutcomeOf<C>> => SCRIPTS[command.kind as C['kind']] as unknown as Script<Named<C>, OutcomeOf<C>>;

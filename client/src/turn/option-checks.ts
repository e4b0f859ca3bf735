/** Refuses options of a turn that nobody could act on, before anything is generated. Pure. */
import { InvalidRequestError } from '../errors.ts';
import { checkReplyId } from '../session-path.ts';
import type { TurnHandlers, TurnOptions } from './options.ts';

const demand = (fulfilled: boolean, message: string): void => {
  if (!fulfilled) throw new InvalidRequestError(message);
};

const HANDLERS = ['generate', 'commit', 'deliver'] as const;
const ON_BUSY = ['wait', 'reject', 'interrupt'];
const ON_LOST = ['finish', 'abort'];
const EXPIRES_MS_MAX = 604_800_000;

/** @throws InvalidRequestError names the option: a paid generation must not end at a fault that was there before it */
export const checkTurn = <R>(handlers: TurnHandlers<R>, options: TurnOptions<R>): void => {
  for (const name of HANDLERS) demand(typeof handlers[name] === 'function', `${name} must be a function.`);
  const { replyId, onBusy = 'wait', onLost = 'finish', interrupt, reacquisitions = 0, reacquireBaseMs = 0, sequence = 0, expiresInMs = 1_000 } = options;
  if (replyId !== undefined) checkReplyId(replyId);
  demand(ON_BUSY.includes(onBusy), `onBusy must be one of ${ON_BUSY.join(', ')}.`);
  demand(ON_LOST.includes(onLost), `onLost must be one of ${ON_LOST.join(', ')}.`);
  demand(interrupt === undefined || onBusy === 'interrupt', 'interrupt is for onBusy "interrupt".');
  demand(Number.isInteger(reacquisitions) && reacquisitions >= 0, 'reacquisitions must be an integer of at least 0.');
  demand(Number.isFinite(reacquireBaseMs) && reacquireBaseMs >= 0, 'reacquireBaseMs must be at least 0.');
  demand(Number.isSafeInteger(sequence) && sequence >= 0, 'sequence must be an integer from 0 to 2^53 - 1.');
  demand(Number.isInteger(expiresInMs) && expiresInMs >= 1_000 && expiresInMs <= EXPIRES_MS_MAX, `expiresInMs must be an integer from 1000 to ${EXPIRES_MS_MAX}.`);
};

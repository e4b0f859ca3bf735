/** Refuses options of a turn that nobody could act on, before anything is generated. Pure. */
import { InvalidRequestError } from '../errors.ts';
import { checkAcquireOptions } from '../option-checks.ts';
import { JSON_TYPE } from '../replies/payload.ts';
import { checkReplyId } from '../session-path.ts';
import type { TurnHandlers, TurnOptions } from './options.ts';

const demand = (fulfilled: boolean, message: string): void => {
  if (!fulfilled) throw new InvalidRequestError(message);
};

const HANDLERS = ['generate', 'commit', 'deliver'] as const;
const DECISIONS = ['parked', 'classifyDelivery'] as const;
const ON_BUSY = ['wait', 'reject', 'interrupt'];
const ON_LOST = ['finish', 'abort'];
const EXPIRES_MS_MAX = 604_800_000;
const CONTENT_TYPE_CHARS_MAX = 128;
// A media type as the service takes it: visible ASCII, parameters as they are or in quotes.
const WORD = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const CONTENT_TYPE = new RegExp(`^${WORD}/${WORD}(?: ?; ?${WORD}=(?:${WORD}|"[ !#-\\[\\]-~]*"))*$`);

const isContentType = (value: unknown): boolean => typeof value === 'string' && value.length <= CONTENT_TYPE_CHARS_MAX && CONTENT_TYPE.test(value);
const isFunctionOrAbsent = (value: unknown): boolean => value === undefined || typeof value === 'function';

/** @throws InvalidRequestError names the option: a paid generation must not end at a fault that was there before it */
export const checkTurn = <R>(handlers: TurnHandlers<R>, options: TurnOptions<R>): void => {
  for (const name of HANDLERS) demand(typeof handlers?.[name] === 'function', `${name} must be a function.`);
  for (const name of DECISIONS) demand(isFunctionOrAbsent(options[name]), `${name} must be a function.`);
  const { waitMs = 0, progressTimeoutMs = 1 } = options;
  checkAcquireOptions({ waitMs, progressTimeoutMs });
  const { replyId, onBusy = 'wait', onLost = 'finish', interrupt, reacquisitions = 0, reacquireBaseMs = 0, sequence = 0, expiresInMs = 1_000, contentType = JSON_TYPE } = options;
  if (replyId !== undefined) checkReplyId(replyId);
  demand(ON_BUSY.includes(onBusy), `onBusy must be one of ${ON_BUSY.join(', ')}.`);
  demand(ON_LOST.includes(onLost), `onLost must be one of ${ON_LOST.join(', ')}.`);
  demand(interrupt === undefined || onBusy === 'interrupt', 'interrupt is for onBusy "interrupt".');
  demand(Number.isInteger(reacquisitions) && reacquisitions >= 0, 'reacquisitions must be an integer of at least 0.');
  demand(Number.isFinite(reacquireBaseMs) && reacquireBaseMs >= 0, 'reacquireBaseMs must be at least 0.');
  demand(Number.isSafeInteger(sequence) && sequence >= 0, 'sequence must be an integer from 0 to 2^53 - 1.');
  demand(isContentType(contentType), `contentType must be a media type of at most ${CONTENT_TYPE_CHARS_MAX} characters, such as "text/plain; charset=utf-8".`);
  demand(Number.isInteger(expiresInMs) && expiresInMs >= 1_000 && expiresInMs <= EXPIRES_MS_MAX, `expiresInMs must be an integer from 1000 to ${EXPIRES_MS_MAX}.`);
};

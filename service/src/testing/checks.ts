/** What the kit's methods are given, checked: a fault is told by the name of what is wrong, and its limit. */
import { DEFAULT_NAMESPACE } from '../access/access.ts';
import { keyFault } from '../http/session-key.ts';
import { NAME_CHARS_MAX } from '../session/limits.ts';
import type { SessionName } from '../session/store.ts';
import type { SessionKey } from '../session/types.ts';

/** @throws RangeError */
export const checkSpan = (name: string, ms: number, minimum: number, maximum: number): void => {
  if (!Number.isSafeInteger(ms) || ms < minimum || ms > maximum) throw new RangeError(`${name}: must be whole milliseconds from ${minimum} to ${maximum}, not ${ms}`);
};

/** @throws RangeError */
export const checkHolder = (holder: string): void => {
  const characters = [...holder].length;
  if (characters < 1 || characters > NAME_CHARS_MAX) throw new RangeError(`holder: must be 1 to ${NAME_CHARS_MAX} characters, not ${characters}`);
};

/** The session of that key. @throws RangeError */
export const sessionNamed = (key: string): SessionName => {
  const fault = keyFault(key);
  if (fault !== undefined) throw new RangeError(`session: ${fault}`);
  return { namespace: DEFAULT_NAMESPACE, key: key as SessionKey };
};

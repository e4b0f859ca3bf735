/** The typed side of `list-leases.lua`: one partition's part of a listing of live leases. */
import type { SessionView } from '../../../session/commands.ts';
import type { Namespace, SessionKey } from '../../../session/types.ts';
import { defineScript, type ScriptArgument } from '../script.ts';
import { list, optionalText, text } from './reading.ts';
import { readSession } from './read-outcome.ts';

export interface LeasesAsked {
  readonly namespace: Namespace;
  readonly prefix: string;
  readonly after: string;
  /** How many to look at. */
  readonly limit: number;
}

export interface LeasesListed {
  readonly sessions: readonly { readonly key: SessionKey; readonly view: SessionView }[];
  /** The last key that was looked at, where there may be more. */
  readonly cutAfter: SessionKey | undefined;
}

/** Bytes are compared here: a script would compare by the locale of the server. */
const boundsOf = (namespace: Namespace, prefix: string, after: string): readonly [ScriptArgument, ScriptArgument] => {
  const goesOn = Buffer.compare(Buffer.from(after), Buffer.from(prefix)) >= 0 && after !== '';
  const from = goesOn ? `(${namespace}\0${after}` : `[${namespace}\0${prefix}`;
  // No key has a byte of 255: it is UTF-8.
  return [from, Buffer.concat([Buffer.from(`(${namespace}\0${prefix}`), Buffer.of(255)])];
};

export const listLeasesScript = defineScript<LeasesAsked, LeasesListed>('list-leases', {
  args: ({ namespace, prefix, after, limit }) => [namespace, ...boundsOf(namespace, prefix, after), limit],
  read: ([sessions, last]) => ({
    sessions: list(sessions).map((told) => {
      const [key, view] = list(told);
      return { key: text(key) as SessionKey, view: readSession(list(view)) };
    }),
    cutAfter: optionalText(last) as SessionKey | undefined,
  }),
});

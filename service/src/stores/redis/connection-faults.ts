/** Why a Redis cannot be reached, for the operator; each reads on after its address, and none repeats a password. Pure. */
import { replyCode } from './command-faults.ts';
import { SilenceError } from './silence-guard.ts';

const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'there is no such host name',
  EAI_AGAIN: 'its host name cannot be looked up',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its host',
  ECONNRESET: 'it resets the connection; does it speak TLS (rediss://)?',
  EPROTO: 'it does not speak TLS as it should; is it redis:// instead of rediss://?',
};

const BY_REPLY: Readonly<Record<string, string>> = {
  WRONGPASS: 'it does not know this user with this password, or the user is disabled',
  NOAUTH: 'it wants a password; give redis://:<password>@<host>, or redis://<user>:<password>@<host>',
  NOPERM: 'this user may not do what Holdfast needs',
  DENIED: 'it is in protected mode and has no password, so only its own machine may use it',
};

/** What ioredis says when the other side closed without a word. */
const CLOSED = 'Connection is closed.';

/** A server that does not know a command repeats its arguments, which may be a password. */
const withoutArguments = (message: string): string => message.replace(/,? with args\b[^]*$/, '');

export const connectionFault = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = replyCode(error);
  if (code !== undefined) return BY_REPLY[code] ?? `it refuses the connection (${withoutArguments(error.message)})`;
  if (error instanceof SilenceError) return 'it accepts connections and does not answer';
  if (/certificate/.test(error.message)) return `its certificate is not trusted (${error.message.split(';')[0]}); NODE_EXTRA_CA_CERTS can name a file with its authority's`;
  if (error.message === CLOSED) return 'it closes the connection; does it speak TLS (rediss://), or is it no Redis?';
  return BY_CODE[(error as NodeJS.ErrnoException).code ?? ''] ?? error.message;
};

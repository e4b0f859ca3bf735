/** How the store's connections to Redis are made: a command is for the connection of its moment, is sent at most once, and never waits for a better one. */
import type { Redis, RedisOptions } from 'ioredis';
import type { RedisAddress } from './address.ts';
import { OneWriteATurn } from './one-write-a-turn.ts';

/** Longest wait for a TCP or TLS connection. */
const CONNECT_MS_MAX = 2_000;
/** A server that does not close its side is left after this. */
const DISCONNECT_MS_MAX = 200;
/** How often a server that reads its append-only file is asked whether it is done: a restart may delay a waiter by no more than a second. */
const LOADING_ASKED_EVERY_MS = 100;

export interface ConnectionParts {
  readonly address: RedisAddress;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  /** How long after a loss the next attempt is made; asked each time, for ever. */
  readonly reconnectDelayMs: () => number;
}

export const connectionOptions = ({ address, name, reconnectDelayMs }: ConnectionParts): RedisOptions => {
  const { host, port, db, username, password, tls, socketPath } = address;
  return {
    ...(socketPath === undefined ? { host, port } : { path: socketPath }),
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    // Its certificate is judged by the host's name, and by the authorities that Node.js knows (NODE_EXTRA_CA_CERTS adds to them).
    ...(tls && { tls: {} }),
    connectionName: name,
    disableClientInfo: true,
    lazyConnect: true,
    connectTimeout: CONNECT_MS_MAX,
    disconnectTimeout: DISCONNECT_MS_MAX,
    retryStrategy: reconnectDelayMs,
    maxLoadingRetryTime: LOADING_ASKED_EVERY_MS,
    // Disconnected, a command fails at once, and surely was not sent.
    enableOfflineQueue: false,
    // What was sent and not answered fails as soon as the connection is gone. Only this zero does that: told merely not to send it again, ioredis never settles it.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // ioredis subscribes again in a promise that nobody awaits, whose failure would end the process.
    autoResubscribe: false,
    // A server that has been made a replica is not the one that was checked.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
};

/** Makes a connection that has not begun to connect. Whoever owns it listens to its `error`. */
export const makeConnection = (parts: ConnectionParts): Redis => new OneWriteATurn(connectionOptions(parts) as RedisOptions & { replyMapping?: "legacy" });

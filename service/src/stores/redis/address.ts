/** Where a Redis is, and how that is said to people: without the password. */

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls: boolean;
  /** A Unix socket, instead of host and port. */
  readonly socketPath?: string | undefined;
}

/** The address as a URL, without user and password. */
export const shownAddress = ({ host, port, db, tls, socketPath }: RedisAddress): string => {
  if (socketPath !== undefined) return `unix:${socketPath}/${db}`;
  return `${tls ? 'rediss' : 'redis'}://${host.includes(':') ? `[${host}]` : host}:${port}/${db}`;
};

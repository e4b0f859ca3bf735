/** Where the client logs to. A pino logger fits as it is. */

type Log = (members: object, message: string) => void;

/** The client logs nothing unless it is given one of these; it never writes to the console. */
export interface Logger {
  debug: Log;
  info: Log;
  warn: Log;
  error: Log;
}

const say: Log = () => {};

export const silentLogger: Logger = { debug: say, info: say, warn: say, error: say };

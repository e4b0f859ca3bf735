#!/usr/bin/env node
/** `holdfast`: the client for a shell. */
import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { systemClock } from '../clock.ts';
import { HoldfastError, InvalidRequestError, LeaseHeldError, QuotaExceededError, ServiceUnavailableError, UnauthorizedError, WaitersFullError } from '../errors.ts';
import { LeaseClient } from '../lease-client.ts';
import { readCommandLine, type Connection } from './command-line.ts';
import { EXIT } from './exit-codes.ts';
import { operate } from './operate.ts';
import { runCommand } from './run.ts';
import { USAGE } from './usage.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (line: string): void => void process.stderr.write(`holdfast: ${line}\n`);

const versionOf = (): string => (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;

const defaultHolder = (): string => `${userInfo().username}@${hostname()}/${process.pid}`.slice(0, 128);

const statusOf = (error: unknown): number => {
  if (error instanceof LeaseHeldError || error instanceof WaitersFullError || error instanceof QuotaExceededError) return EXIT.held;
  if (error instanceof UnauthorizedError) return EXIT.refused;
  if (error instanceof ServiceUnavailableError) return EXIT.unavailable;
  return error instanceof InvalidRequestError ? EXIT.usage : EXIT.failed;
};

const clientOf = ({ urls, apiKey, holder = defaultHolder() }: Connection, events: boolean): LeaseClient =>
  new LeaseClient({ baseUrls: urls, holder, events, ...(apiKey !== undefined && { apiKey }) });

const main = async (): Promise<number> => {
  const asked = readCommandLine(process.argv.slice(2), process.env);
  switch (asked.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return EXIT.done;
    case 'version':
      print(versionOf());
      return EXIT.done;
    case 'faults':
      for (const fault of asked.faults) complain(fault);
      complain('Try --help.');
      return EXIT.usage;
  }
  const client = clientOf(asked.connection, asked.kind === 'run');
  try {
    if (asked.kind === 'run') return await runCommand({ client, clock: systemClock, env: process.env, hasTerminal: process.stdin.isTTY === true, complain }, asked);
    print(await operate(client, asked));
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    complain(error.message);
    return statusOf(error);
  } finally {
    await client.close();
  }
};

process.exitCode = await main();

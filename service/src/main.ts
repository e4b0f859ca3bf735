#!/usr/bin/env node
/** The composition root: settings, clock, store, app, listening, signals. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino, type Logger } from 'pino';
import { openAccessControl } from './access-control.ts';
import { KeyFileError } from './access/key-file.ts';
import { buildApp } from './app.ts';
import { systemClock } from './clock.ts';
import { runKeys } from './commands/keys.ts';
import { runQuorum } from './commands/quorum.ts';
import { readInvocation, USAGE, type Settings } from './config.ts';
import { hashLeaseId, hashPayload } from './hashes.ts';
import { closeApp } from './shutdown.ts';
import type { LeaseStore } from './session/store.ts';
import { isDiskHanging } from './stores/embedded/disk-hangs-error.ts';
import { openEmbeddedStore } from './stores/embedded/open.ts';
import { shownAddress } from './stores/redis/address.ts';
import { StoreFailedError } from './stores/store-failed-error.ts';
import { readTlsPair, TlsFilesError, TlsRenewal, type TlsPair } from './tls-files.ts';
import { VERSION } from './version.ts';

/** A failed store has nothing left to say but its error: whoever is waiting gets this long to hear it. */
const FATAL_MS_MAX = 1_000;

/** One Ctrl-C arrives several times, from the terminal and from npm: signals this close to the first are the same wish. */
const SAME_WISH_MS = 1_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** Ends the process as a failure. An exit would wait, for ever, for a thread that hangs in the disk. */
const endAfter = (error: unknown): void => {
  if (isDiskHanging(error)) process.kill(process.pid, 'SIGKILL');
  else process.exit(1);
};

const LISTEN_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EACCES: 'this user may not use the port',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'there is no such host name',
};

const listen = async (app: FastifyInstance, { host, port }: Settings): Promise<boolean> => {
  try {
    await app.listen({ host, port });
    return true;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    complain(`Cannot listen on ${host}:${port}: ${LISTEN_FAULTS[code] ?? message}.`);
    return false;
  }
};

/** Where a person on this machine reaches a server that listens on every address. */
const originOf = ({ address, family, port }: AddressInfo, scheme: string): string => {
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
  return `${scheme}://${family === 'IPv6' && host.includes(':') ? `[${host}]` : host}:${port}`;
};

const shownPlace = (store: Settings['store']): string => {
  if (store.kind === 'file') return store.file;
  return store.kind === 'redis' ? shownAddress(store.server) : `a quorum of ${store.servers.map(shownAddress).join(', ')}`;
};

const announce = (app: FastifyInstance, { store, tls }: Settings): void => {
  const origin = originOf(app.server.address() as AddressInfo, tls ? 'https' : 'http');
  const place = shownPlace(store);
  const lines = [`Holdfast ${VERSION} keeps its leases in ${place}`, `  Dashboard   ${origin}/`, `  API         ${origin}/v1`, `  Swagger UI  ${origin}/docs`, `  Health      ${origin}/healthz`];
  // In one piece: a program that reads these lines sees all of them or none.
  print(lines.join('\n'));
};

interface StoreNeeds {
  readonly instanceId: string;
  readonly log: Logger;
  /** Called once when the store cannot go on: the process must end with this message. */
  readonly onFatal: (error: StoreFailedError) => void;
}

const openStore = async ({ store, accepted, ttlMsMax }: Settings, needs: StoreNeeds): Promise<LeaseStore> => {
  if (store.kind === 'file') return openEmbeddedStore({ file: store.file, clock: systemClock, onFatal: needs.onFatal });
  // Loaded only where it is used: its client and its scripts are no part of a service on a file.
  if (store.kind === 'quorum') {
    const { openQuorumStore } = await import('./stores/quorum/open.ts');
    return openQuorumStore({ addresses: store.servers, clock: systemClock, ...needs });
  }
  const { openRedisStore } = await import('./stores/redis/open.ts');
  return openRedisStore({ address: store.server, accepted, ttlMsMax, clock: systemClock, ...needs });
};

const run = async (settings: Settings): Promise<void> => {
  const { ttlMsMin, ttlMsMax, logLevel } = settings;
  const instanceId = randomBytes(8).toString('hex');
  const log = pino({ level: logLevel }, process.stderr);
  // A file that has reached the limit for its size: the write that meets it says so, and the process ends with a word instead of by this signal.
  process.on('SIGXFSZ', () => {});
  let app: FastifyInstance | undefined;
  let ending = false;

  /** Ends the process with the store's error: nothing that it knows may be served any more. */
  const onFatal = (error: StoreFailedError): void => {
    complain(error.message);
    if (ending) return;
    ending = true;
    const closed = app ? closeApp(app, systemClock, FATAL_MS_MAX) : Promise.resolve();
    void closed.finally(() => endAfter(error));
  };

  const { access, reload } = openAccessControl(settings.access, log);
  const pair = settings.tls && readTlsPair(settings.tls);
  let renewal: TlsRenewal | undefined;
  // Before the store is opened, which may take a while: without a listener the signal ends the process, as it does where nothing is to be read again.
  if (reload || pair) {
    process.on('SIGHUP', () => {
      reload?.();
      renewal?.look();
    });
  }
  const store = await openStore(settings, { instanceId, log, onFatal });
  app = await buildApp({
    store,
    clock: systemClock,
    hashLeaseId,
    hashPayload,
    instanceId,
    bounds: { ttlMsMin, ttlMsMax },
    version: VERSION,
    access,
    isProcess: true,
    tls: pair,
    rates: settings.rates,
    quotas: settings.quotas,
    log,
  });

  if (settings.tls && pair) {
    const use = (next: TlsPair): void => (app!.server as unknown as SecureServer).setSecureContext(next);
    renewal = new TlsRenewal({ settings: settings.tls, inForce: pair, clock: systemClock, log, use });
  }

  let askedMs: number | undefined;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    askedMs ??= systemClock.now().monoMs;
    if (ending) {
      // Whoever asks twice does not want to wait.
      if (systemClock.now().monoMs - askedMs >= SAME_WISH_MS) process.exit(1);
      return;
    }
    ending = true;
    print(`${signal}: stopping`);
    try {
      await closeApp(app, systemClock);
      await store.close();
      process.exit(0);
    } catch (error) {
      complain(`Did not stop cleanly: ${String(error)}`);
      endAfter(error);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal));

  if (await listen(app, settings)) announce(app, settings);
  else {
    await app.close();
    await store.close();
    process.exitCode = 1;
  }
};

const main = async (): Promise<void> => {
  if (process.argv[2] === 'keys') {
    process.exitCode = runKeys(process.argv.slice(3), { env: process.env, randomBytes, wallMs: Math.floor(systemClock.now().wallUs / 1_000), print, complain });
    return;
  }
  if (process.argv[2] === 'quorum') {
    process.exitCode = await runQuorum(process.argv.slice(3), { env: process.env, clock: systemClock, print, complain });
    return;
  }
  const invocation = readInvocation(process.argv.slice(2), process.env, (path) => readFileSync(path, 'utf8'));
  switch (invocation.kind) {
    case 'help':
      return void process.stdout.write(USAGE);
    case 'version':
      return print(VERSION);
    case 'print':
      return print(invocation.lines.join('\n'));
    case 'faults':
      for (const fault of invocation.faults) complain(fault);
      process.exitCode = 1;
      return;
    case 'run':
      try {
        await run(invocation.settings);
      } catch (error) {
        if (error instanceof TlsFilesError) complain(error.message);
        else if (error instanceof KeyFileError) complain(`HOLDFAST_KEYS: ${error.message}`);
        else if (error instanceof StoreFailedError) complain(error.message);
        else throw error;
        process.exitCode = 1;
      }
  }
};

if (import.meta.main) await main();

/** The service's certificate and key: read at the start, and taken up again when their files change, so that a renewal needs no restart. */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { TlsSettings } from './config/tls-settings.ts';

/** Files are read rather than watched: mounted secrets are swapped by links, of which watchers hear nothing. */
const LOOK_EVERY_MS = 5_000;

export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** The pair cannot be used; the message says which file, and nothing of what is in it. */
export class TlsFilesError extends Error {
  override readonly name = 'TlsFilesError';
}

const read = (variable: string, file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new TlsFilesError(`${variable}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`);
  }
};

/** @throws TlsFilesError also where certificate and key do not belong together */
export const readTlsPair = ({ certFile, keyFile }: TlsSettings): TlsPair => {
  const pair = { cert: read('HOLDFAST_TLS_CERT', certFile), key: read('HOLDFAST_TLS_KEY', keyFile) };
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new TlsFilesError(`HOLDFAST_TLS_CERT, HOLDFAST_TLS_KEY: ${certFile} and ${keyFile} are no certificate with its key (${(error as NodeJS.ErrnoException).code ?? 'unreadable'}).`);
  }
  return pair;
};

export interface TlsRenewalParts {
  readonly settings: TlsSettings;
  readonly inForce: TlsPair;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'error'>;
  /** New connections get this pair from now on. */
  readonly use: (pair: TlsPair) => void;
}

/** Keeps the newest pair in force. */
export class TlsRenewal {
  readonly #parts: TlsRenewalParts;
  #inForce: TlsPair;
  /** What was found wrong last, so that it is told once and not with each look. */
  #fault = '';

  constructor(parts: TlsRenewalParts) {
    this.#parts = parts;
    this.#inForce = parts.inForce;
    parts.clock.every(LOOK_EVERY_MS, () => this.look());
  }

  /** Takes up the pair that stands in the files now. One that cannot be used, as while only one of both is new, changes nothing. */
  look(): void {
    const { settings, log, use } = this.#parts;
    try {
      const pair = readTlsPair(settings);
      this.#fault = '';
      if (pair.cert === this.#inForce.cert && pair.key === this.#inForce.key) return;
      use(pair);
      this.#inForce = pair;
      log.info({ certFile: settings.certFile }, 'a new certificate is in force');
    } catch (error) {
      if (!(error instanceof TlsFilesError)) throw error;
      if (error.message !== this.#fault) log.error({ fault: error.message }, 'the certificate cannot be taken up; the one of before stays in force');
      this.#fault = error.message;
    }
  }
}

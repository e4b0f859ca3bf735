/** Which keys open the API: none, one static key, or those of a key file. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';

export type AccessSettings =
  | { readonly kind: 'open' }
  | { readonly kind: 'static'; readonly apiKey: string }
  | { readonly kind: 'file'; readonly file: string };

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

export interface GivenAccess {
  readonly apiKey: string;
  readonly keys: string;
  readonly host: string;
}

/** @param fault takes what is wrong with a variable */
export const readAccess = ({ apiKey, keys, host }: GivenAccess, fault: (variable: 'HOLDFAST_API_KEY' | 'HOLDFAST_KEYS', what: string) => void): AccessSettings => {
  // The value is a secret: no fault repeats it.
  if (apiKey !== '' && !/^[\u0021-\u007e]{1,512}$/.test(apiKey)) fault('HOLDFAST_API_KEY', 'must be 1 to 512 visible ASCII characters without spaces');
  if (apiKey !== '' && keys !== '') fault('HOLDFAST_KEYS', 'must not be given together with HOLDFAST_API_KEY');
  if (keys !== '') return { kind: 'file', file: resolve(keys) };
  if (apiKey !== '') return { kind: 'static', apiKey };
  if (!isLoopback(host)) {
    fault('HOLDFAST_KEYS', `is needed to listen on ${JSON.stringify(host)}, which is not a loopback address: make a key with "holdfast-server keys create --help", or set HOLDFAST_API_KEY`);
  }
  return { kind: 'open' };
};

/** Whether the service speaks TLS, and with which files. */
import { resolve } from 'node:path';

export interface TlsSettings {
  /** The certificate and those that lead to its authority, in PEM. */
  readonly certFile: string;
  /** Its private key, in PEM, without a passphrase. */
  readonly keyFile: string;
}

/** @param fault takes what is wrong with a variable */
export const readTls = (cert: string, key: string, fault: (variable: 'HOLDFAST_TLS_CERT' | 'HOLDFAST_TLS_KEY', what: string) => void): TlsSettings | undefined => {
  if (cert === '' && key === '') return undefined;
  if (cert === '') fault('HOLDFAST_TLS_CERT', 'is needed with HOLDFAST_TLS_KEY');
  if (key === '') fault('HOLDFAST_TLS_KEY', 'is needed with HOLDFAST_TLS_CERT');
  return { certFile: resolve(cert), keyFile: resolve(key) };
};

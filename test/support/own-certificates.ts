/** An authority of the test's own, and certificates that it signs for loopback. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Teardown } from './own-server.ts';

const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });

export class OwnAuthority {
  readonly #folder: string;
  #signed = 0;

  constructor(t: Teardown) {
    this.#folder = mkdtempSync(join(tmpdir(), 'holdfast-authority-'));
    t.teardown(async () => rmSync(this.#folder, { recursive: true, force: true }));
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=holdfast test authority', '-keyout', this.#path('ca.key'), '-out', this.certFile);
  }

  /** Its own certificate: who trusts it trusts all that it signs. */
  get certFile(): string {
    return this.#path('ca.crt');
  }

  /** A new certificate for 127.0.0.1, with its key. */
  sign(): { readonly certFile: string; readonly keyFile: string } {
    const name = `server-${++this.#signed}`;
    const [certFile, keyFile] = [this.#path(`${name}.crt`), this.#path(`${name}.key`)];
    writeFileSync(this.#path('names'), 'subjectAltName=IP:127.0.0.1\n');
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', this.#path(`${name}.csr`));
    openssl('x509', '-req', '-days', '1', '-in', this.#path(`${name}.csr`), '-CA', this.certFile, '-CAkey', this.#path('ca.key'), '-CAcreateserial', '-extfile', this.#path('names'), '-out', certFile);
    return { certFile, keyFile };
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

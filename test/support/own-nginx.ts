/** An nginx of the test's own before given services, with the settings that docs/compose/nginx.conf has but for addresses, ports and paths. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { programPath, serverFolder, startOwnServer, type Teardown } from './own-server.ts';
import { root } from './source-files.ts';

export interface OwnNginx {
  readonly baseUrl: string;
  /** A line for each request that has ended: its method, its path, and the ports of the services that it was passed to, in order. */
  passedOn(): readonly { readonly method: string; readonly path: string; readonly ports: readonly number[] }[];
}

const CONF = join(root, 'docs', 'compose', 'nginx.conf');
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;

/** Replaces what there must be exactly once. */
const replaced = (text: string, what: string | RegExp, by: string): string => {
  const parts = text.split(what);
  if (parts.length !== 2) throw new Error(`nginx.conf has ${parts.length - 1} times ${what}`);
  return parts.join(by);
};

/** The settings as they are, for services and a port of loopback, and with all that is written in one folder. */
export const nginxSettings = (servicePorts: readonly number[], port: number, folder: string): string => {
  const paths = TEMPORARY.map((name) => `${name}_temp_path ${join(folder, name)};`);
  const log = [`log_format passed '$request_method $uri $upstream_addr';`, `access_log ${join(folder, 'access.log')} passed;`];
  const conf = replaced(readFileSync(CONF, 'utf8'), /^http \{\n/m, `http {\n${[...paths, ...log].join('\n')}\n`);
  const addressed = servicePorts.reduce((text, servicePort, nth) => replaced(text, `holdfast-${nth + 1}:7420`, `127.0.0.1:${servicePort}`), conf);
  return `daemon off;\npid ${join(folder, 'nginx.pid')};\n${replaced(addressed, 'listen 7421;', `listen 127.0.0.1:${port};`)}`;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    get(`http://127.0.0.1:${port}/healthz`, { agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on('error', reject);
  });

/** Starts one that ends with the test. */
export const ownNginx = async (t: Teardown, { servicePorts, port }: { readonly servicePorts: readonly number[]; readonly port: number }): Promise<OwnNginx> => {
  const folder = serverFolder(t, 'nginx');
  // Started by root, its workers run as another user, who must reach the folders that it makes for them.
  chmodSync(folder, 0o711);
  const conf = join(folder, 'nginx.conf');
  writeFileSync(conf, nginxSettings(servicePorts, port, folder));
  const command = programPath('nginx', { install: 'nginx-light' });
  await startOwnServer(t, { command, args: ['-p', folder, '-e', 'stderr', '-c', conf], answers: () => answers(port), stopSignal: 'SIGTERM' });
  const portsOf = (addresses: string): number[] => addresses.split(/[ ,]+/).flatMap((address) => Number(/:(\d+)$/.exec(address)?.[1] ?? []));
  const passedOn: OwnNginx['passedOn'] = () =>
    readFileSync(join(folder, 'access.log'), 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, method = '', path = '', addresses = ''] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
        return method === '' ? [] : [{ method, path, ports: portsOf(addresses) }];
      });
  return { baseUrl: `http://127.0.0.1:${port}`, passedOn };
};

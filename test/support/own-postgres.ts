/** A PostgreSQL of the test's own: a new cluster in a temporary folder, on a Unix socket and without a port. */
import { join } from 'node:path';
import { Client } from 'pg';
import { type Account, programPath, serverFolder, startOwnServer, type Teardown } from './own-server.ts';
import { succeeding } from './running.ts';

/** Where Debian keeps the server's programs; they are on nobody's PATH. */
const DEBIAN = '/usr/lib/postgresql/15/bin';
const USER = 'holdfast';

/** PostgreSQL refuses to run as root; Debian's package brings a user for it. */
const accountOf = async (name: string): Promise<Account> => ({
  uid: Number(await succeeding('id', ['-u', name])),
  gid: Number(await succeeding('id', ['-g', name])),
});

export const connectPostgres = async (socketFolder: string): Promise<Client> => {
  const client = new Client({ host: socketFolder, user: USER, database: 'postgres' });
  client.on('error', () => {}); // a connection that the server ended; the query that needs it fails as well
  await client.connect();
  return client;
};

const answers = async (socketFolder: string): Promise<boolean> => {
  const client = await connectPostgres(socketFolder);
  await client.end();
  return true;
};

/** Starts one that ends with the test, and gives the folder of its socket. */
export const ownPostgres = async (t: Teardown): Promise<string> => {
  const found = { folders: [DEBIAN], install: 'postgresql-15' };
  const account = process.getuid?.() === 0 ? await accountOf('postgres') : undefined;
  const folder = serverFolder(t, 'postgres', account);
  const cluster = join(folder, 'cluster');
  const initdb = ['-D', cluster, '-U', USER, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'];
  await succeeding(programPath('initdb', found), initdb, { cwd: folder, ...account });
  // What is killed here are its clients, never the machine, so nothing has to reach the disk.
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off', 'shared_buffers=16MB', 'max_connections=40'];
  await startOwnServer(t, {
    command: programPath('postgres', found),
    args: ['-D', cluster, ...settings.flatMap((setting) => ['-c', setting])],
    account,
    answers: () => answers(folder),
    stopSignal: 'SIGQUIT',
  });
  return folder;
};

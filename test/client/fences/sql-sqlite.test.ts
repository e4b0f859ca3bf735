import { join } from 'node:path';
import t from 'tap';
import { testSqlFence } from '../../support/sql-fence/behaviour.ts';
import { testSqlFenceProcesses } from '../../support/sql-fence/processes.ts';

const place = { kind: 'sqlite', path: join(t.testdir({}), 'chat.db') } as const;
t.test('on SQLite', (t) => testSqlFence(t, place));
t.test('on SQLite, several processes', (t) => testSqlFenceProcesses(t, place));

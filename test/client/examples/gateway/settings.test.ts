import { resolve } from 'node:path';
import t from 'tap';
import { readSettings } from '../../../../client/examples/gateway/settings.ts';

t.test('without any setting it finds the service and the stand-ins where they are by default', async (t) => {
  t.match(readSettings({}), {
    holdfastUrl: 'http://127.0.0.1:7420',
    holdfastApiKey: undefined,
    ttlMs: 30_000,
    port: 7500,
    inboxFolder: resolve('gateway-state/inbox'),
    modelUrl: 'http://127.0.0.1:7600/model',
  });
});

t.test('a setting that cannot be is refused by its name', async (t) => {
  for (const [name, value] of [['GATEWAY_PORT', 'x'], ['GATEWAY_TTL_MS', '1.5'], ['HOLDFAST_URL', 'nowhere'], ['MODEL_URL', '']] as const) {
    t.throws(() => readSettings({ [name]: value }), { message: new RegExp(`^${name} must be`) });
  }
});

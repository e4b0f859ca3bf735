// Bad bodies, bad headers, bad queries: each is 400 with the member and its limit, and changes nothing.
import t from 'tap';
import { buildTestApp } from '../../support/build-app.ts';
import { acquire, call, inspect, leaseIdOf, pathOf, renew } from '../../support/inject.ts';

const url = '/v1/leases/s';
const NAME_RULE = 'must not contain a control character or an unpaired surrogate';
const LEASE_ID_RULE = 'Lease-Id: must be 22 to 128 of A-Z, a-z, 0-9, _ and -';

const holder = 'a';
// Refusals change nothing, so one app has room for them all.
const { app } = await buildTestApp(t);
await acquire(app, 'held', 'a');

const refusedBody = (name: string, body: unknown, detail: string | RegExp): void => {
  t.test(`${name} is refused`, async (t) => {
    const answer = await call(app, { method: 'PUT', url, leaseId: leaseIdOf('a'), body });
    t.match(answer.json(), { status: 400, code: 'request-invalid', detail, retryable: false });
    t.match((await inspect(app, 's')).json(), { held: false, waiters: [] });
  });
};


refusedBody('no holder', {}, 'holder: is required');
refusedBody('an empty holder', { holder: '' }, 'holder: must be 1 to 128 characters');
refusedBody('a holder of 129 characters', { holder: 'h'.repeat(129) }, 'holder: must be 1 to 128 characters');
refusedBody('a holder that is a number', { holder: 7 }, 'holder: must be a string of 1 to 128 characters');
refusedBody('a holder that is null', { holder: null }, 'holder: must be a string of 1 to 128 characters');
refusedBody('a holder with a line feed', { holder: 'a\nb' }, `holder: ${NAME_RULE}`);
refusedBody('a holder with an unpaired surrogate', { holder: 'a\ud800' }, `holder: ${NAME_RULE}`);
refusedBody('ttlMs one below its limit', { holder, ttlMs: 999 }, 'ttlMs: must be from 1000 to 3600000');
refusedBody('ttlMs one above its limit', { holder, ttlMs: 3_600_001 }, 'ttlMs: must be from 1000 to 3600000');
refusedBody('ttlMs as text', { holder, ttlMs: '1000' }, 'ttlMs: must be an integer from 1000 to 3600000');
refusedBody('ttlMs with a fraction', { holder, ttlMs: 1000.5 }, 'ttlMs: must be an integer from 1000 to 3600000');
refusedBody('ttlMs null', { holder, ttlMs: null }, 'ttlMs: must be an integer from 1000 to 3600000');
refusedBody('ttlMs beyond all numbers', '{"holder":"a","ttlMs":1e999}', 'ttlMs: must be an integer from 1000 to 3600000');
refusedBody('waitMs one above its limit', { holder, waitMs: 60_001 }, 'waitMs: must be from 0 to 60000');
refusedBody('waitMs below zero', { holder, waitMs: -1 }, 'waitMs: must be from 0 to 60000');
refusedBody('maxHoldMs one below its limit', { holder, maxHoldMs: 999 }, 'maxHoldMs: must be from 1000 to 604800000');
refusedBody('maxHoldMs one above its limit', { holder, maxHoldMs: 604_800_001 }, 'maxHoldMs: must be from 1000 to 604800000');
refusedBody('maxWaiters one above its limit', { holder, maxWaiters: 1_001 }, 'maxWaiters: must be from 0 to 1000');
refusedBody('background as text', { holder, background: 'true' }, 'background: must be true or false');
refusedBody('graceMs one above its limit', { holder, yieldRequest: { graceMs: 3_600_001 } }, 'yieldRequest.graceMs: must be from 0 to 3600000');
refusedBody('a reason of 513 characters', { holder, yieldRequest: { reason: 'r'.repeat(513) } }, 'yieldRequest.reason: must be at most 512 characters');
refusedBody('a yield request that is true', { holder, yieldRequest: true }, 'yieldRequest: must be a JSON object');
refusedBody('an unknown member', { holder, ttl: 5 }, /^ttl: unknown member; known are holder, ttlMs, waitMs, /);
refusedBody('an unknown member within', { holder, yieldRequest: { by: 'x' } }, 'yieldRequest.by: unknown member; known are reason, graceMs');
refusedBody('a lease id in the body', { holder, leaseId: leaseIdOf('a') }, /^leaseId: unknown member/);
refusedBody('metadata that is an array', { holder, metadata: [1] }, 'metadata: must be a JSON object');
refusedBody('metadata that is text', { holder, metadata: 'x' }, 'metadata: must be a JSON object');
refusedBody('metadata of 4097 bytes', { holder, metadata: { k: 'é'.repeat(2_044) + 'x' } }, 'metadata: must be at most 4096 bytes as JSON');
refusedBody('metadata 33 levels deep', { holder, metadata: nested(33) }, 'metadata: must be at most 32 levels deep');
refusedBody('metadata with a number that nothing holds', '{"holder":"a","metadata":{"k":[1e999]}}', 'metadata: must not contain a number beyond 64-bit floating point');
refusedBody('metadata with an unpaired surrogate', { holder, metadata: { k: '\udead' } }, 'metadata: must not contain an unpaired surrogate');
refusedBody('metadata with an unpaired surrogate in a name', { holder, metadata: { '\ud800': 1 } }, 'metadata: must not contain an unpaired surrogate');
refusedBody('metadata as deep as a body can be', `{"holder":"a","metadata":{"k":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`, 'metadata: must be at most 32 levels deep');
refusedBody('an unknown member as deep as a body can be', `{"holder":"a","x":${'{"k":'.repeat(10_000)}1${'}'.repeat(10_000)}}`, /^x: unknown member/);
refusedBody('a body that is an array', [], 'The body must be a JSON object');
refusedBody('a body that is text', '"holder"', 'The body must be a JSON object');
refusedBody('a body that is null', 'null', 'The body must be a JSON object');

function nested(levels: number): object {
  return levels === 1 ? {} : { k: nested(levels - 1) };
}

t.test('each limit itself is taken', async (t) => {
  const good: object[] = [
    { holder: 'h' },
    { holder: 'h'.repeat(128) },
    { holder: '😀'.repeat(128) },
    { holder, ttlMs: 1_000 },
    { holder, ttlMs: 3_600_000 },
    { holder, ttlMs: 2e3 },
    { holder, waitMs: 0 },
    { holder, waitMs: 60_000 },
    { holder, maxHoldMs: 1_000 },
    { holder, maxHoldMs: 604_800_000 },
    { holder, maxWaiters: 0 },
    { holder, maxWaiters: 1_000 },
    { holder, yieldRequest: {} },
    { holder, yieldRequest: { graceMs: 0, reason: 'r'.repeat(512) } },
    { holder, yieldRequest: { graceMs: 3_600_000, reason: 'several\nlines' } },
    { holder, metadata: {} },
    { holder, metadata: { k: 'é'.repeat(2_044) } },
    { holder, metadata: nested(32) },
    { holder, metadata: { text: '\\ud800 is how JSON writes it', constructor: 'x', toString: 1 } },
  ];
  for (const [index, body] of good.entries()) {
    const answer = await call(app, { method: 'PUT', url: pathOf(`good ${index}`), leaseId: leaseIdOf('a'), body });
    t.equal(answer.statusCode, 201, JSON.stringify(body).slice(0, 80));
  }
});

t.test('the limits of the settings are the limits of the requests', async (t) => {
  const { app } = await buildTestApp(t, { bounds: { ttlMsMin: 10, ttlMsMax: 20 } });
  t.match((await acquire(app, 's', 'a', { ttlMs: 21 })).json(), { detail: 'ttlMs: must be from 10 to 20' });
  t.equal((await acquire(app, 's', 'a', { ttlMs: 20 })).statusCode, 201);
  t.match((await renew(app, 's', 'a', { ttlMs: 9 })).json(), { detail: 'ttlMs: must be from 10 to 20' });
});

const refusedLeaseId = (name: string, headers: Record<string, string>): void => {
  t.test(`${name} is refused, and not repeated in the answer`, async (t) => {
    for (const [method, path] of [['PUT', ''], ['POST', '/renew'], ['DELETE', '']] as const) {
      const answer = await call(app, { method, url: `/v1/leases/held${path}`, headers, ...(method === 'PUT' && { body: { holder } }) });
      t.match(answer.json(), { status: 400, code: 'lease-id-invalid', detail: LEASE_ID_RULE });
      if (headers['lease-id']) t.notOk(answer.body.includes(headers['lease-id']));
    }
    t.match((await inspect(app, 'held')).json(), { held: true, holder: 'a' });
  });
};

refusedLeaseId('no Lease-Id', {});
refusedLeaseId('an empty Lease-Id', { 'lease-id': '' });
refusedLeaseId('a Lease-Id of 21 characters', { 'lease-id': 'q'.repeat(21) });
refusedLeaseId('a Lease-Id of 129 characters', { 'lease-id': 'q'.repeat(129) });
refusedLeaseId('a Lease-Id with other characters', { 'lease-id': `${'q'.repeat(22)}.` });
refusedLeaseId('a padded Lease-Id', { 'lease-id': `${'q'.repeat(22)}==` });
refusedLeaseId('a doubled Lease-Id', { 'lease-id': `${leaseIdOf('a')}, ${leaseIdOf('a')}` });

t.test('Lease-Ids of 22 and of 128 characters are taken', async (t) => {
  for (const length of [22, 128]) {
    const answer = await call(app, { method: 'PUT', url: pathOf(`id of ${length}`), leaseId: 'aZ09_-'.repeat(22).slice(0, length), body: { holder } });
    t.equal(answer.statusCode, 201);
  }
});

const refusedQuery = (name: string, query: string, detail: string): void => {
  t.test(`${name} is refused`, async (t) => {
    t.match((await call(app, { url: `/v1/leases?${query}` })).json(), { status: 400, code: 'request-invalid', detail });
  });
};

refusedQuery('an unknown query parameter', 'prefx=a', 'prefx: unknown query parameter; known are prefix, holder, limit, cursor');
refusedQuery('__proto__ as a query parameter', '__proto__=a', '__proto__: unknown query parameter; known are prefix, holder, limit, cursor');
refusedQuery('a query parameter given twice', 'prefix=a&prefix=b', 'prefix: must be given once');
refusedQuery('a query string with a malformed percent sign', 'prefix=%zz', 'The query string must be percent-encoded UTF-8.');
refusedQuery('a query string that is not UTF-8', 'holder=%ff', 'The query string must be percent-encoded UTF-8.');

t.test('addresses without parameters refuse them all', async (t) => {
  const addresses = ['/v1', '/v1/leases/s', '/healthz', '/readyz', '/problems/lease-held'];
  for (const address of addresses) {
    t.match((await call(app, { url: `${address}?x=1` })).json(), { status: 400, code: 'request-invalid', detail: 'x: unknown query parameter; none is taken here' }, address);
  }
});

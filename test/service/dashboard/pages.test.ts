// Who may see the pages for people and act on them, under which headers; and that a sign-in opens nothing else.
import { randomBytes } from 'node:crypto';
import t, { type Test } from 'tap';
import { KeyRing } from '../../../service/src/access/key-ring.ts';
import { makeKey } from '../../../service/src/access/new-key.ts';
import type { Scope } from '../../../service/src/access/scopes.ts';
import { buildTestApp } from '../../support/build-app.ts';
import { acquire, call, inspect } from '../../support/inject.ts';

const PAGES = ['/', '/docs', '/docs/static/index.html', '/dashboard/overview', '/dashboard/session?key=s', '/dashboard/reply?key=s&reply=r'];
const FROM_HERE = { 'sec-fetch-site': 'same-origin' };

const withKeys = async (t: Test, scopes: readonly Scope[]) => {
  const made = makeKey({ namespace: 'red', scopes, randomBytes, wallMs: 0 });
  const built = await buildTestApp(t, { access: new KeyRing([made.record]) });
  const bearer = { authorization: `Bearer ${made.key}` };
  const signIn = async (headers: Record<string, string> = {}) => call(built.app, { method: 'POST', url: '/dashboard/sign-in', headers: { ...FROM_HERE, ...bearer, ...headers } });
  const cookie = async (): Promise<string> => String((await signIn()).headers['set-cookie']).split(';')[0]!;
  return { ...built, bearer, signIn, cookie };
};

t.test('with keys in force a page is not shown without one: 401, where to sign in for a browser, a problem for all others', async (t) => {
  const { app, bearer, cookie } = await withKeys(t, ['read']);
  const signedIn = { cookie: await cookie() };
  for (const url of PAGES) {
    const asBrowser = await call(app, { url, headers: { accept: 'text/html' } });
    t.equal(asBrowser.statusCode, 401, url);
    t.match(asBrowser.body, /<form id="sign-in">/);
    t.match((await call(app, { url })).json(), { code: 'unauthorized' });
    for (const headers of [bearer, signedIn]) t.not((await call(app, { url, headers })).statusCode, 401, `${url} with ${Object.keys(headers)[0]}`);
    t.match((await call(app, { url, headers: { cookie: 'holdfast-sign-in=x.1.y' } })).json(), { code: 'unauthorized' });
  }
  t.equal((await call(app, { url: '/dashboard/assets/dashboard.css' })).statusCode, 200, 'what the page to sign in is made of is open');
});

t.test('a key without read sees no page and cannot sign in', async (t) => {
  const { app, bearer, signIn } = await withKeys(t, ['lease', 'replies', 'admin']);
  for (const url of PAGES) t.match((await call(app, { url, headers: bearer })).json(), { code: 'forbidden', scopes: ['read'] }, url);
  t.match((await signIn()).json(), { code: 'forbidden' });
});

t.test('the sign-in is closed to scripts and to other sites, and opens the pages alone', async (t) => {
  const { app, signIn, cookie } = await withKeys(t, ['read', 'admin', 'lease']);
  t.match((await signIn()).headers['set-cookie'], /^holdfast-sign-in=[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
  t.match((await signIn({ authorization: 'Bearer hfk_wrong' })).json(), { code: 'unauthorized' });
  const headers = { cookie: await cookie() };
  for (const url of ['/v1', '/v1/leases', '/metrics']) t.match((await call(app, { url, headers })).json(), { code: 'unauthorized' }, url);
});

t.test('an action is taken from our own pages alone, also where no key is needed', async (t) => {
  const open = await buildTestApp(t);
  const body = 'session=s&reason=r';
  const ELSEWHERE: readonly Record<string, string>[] = [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'none' }, { origin: 'http://evil.example' }, { origin: 'null' }];
  for (const headers of ELSEWHERE) {
    await acquire(open.app, 's', 'a');
    const answer = await call(open.app, { method: 'POST', url: '/dashboard/actions/revoke', body, headers: { 'content-type': 'application/x-www-form-urlencoded', host: 'localhost', ...headers } });
    t.match(answer.json(), { code: 'forbidden' }, JSON.stringify(headers));
    t.match((await inspect(open.app, 's')).json(), { held: true });
  }
  const answer = await call(open.app, { method: 'POST', url: '/dashboard/actions/revoke', body, headers: { 'content-type': 'application/x-www-form-urlencoded', host: 'localhost', origin: 'http://localhost' } });
  t.equal(answer.statusCode, 200);
  t.match((await inspect(open.app, 's')).json(), { held: false, previous: { endedBecause: 'revoked' } });
});

t.test('each action needs its scope and a reason, and names what is wrong', async (t) => {
  const { app, bearer } = await withKeys(t, ['read']);
  const form = (name: string, body: string, more: object = {}) => call(app, { method: 'POST', url: `/dashboard/actions/${name}`, body, headers: { ...FROM_HERE, ...bearer, 'content-type': 'application/x-www-form-urlencoded', ...more } });
  for (const name of ['yield', 'revoke', 'replay', 'discard']) t.match((await form(name, 'session=s&reply=r&reason=x')).json(), { code: 'forbidden' }, name);
  const admin = await withKeys(t, ['read', 'admin']);
  const asAdmin = (name: string, body: string) => call(admin.app, { method: 'POST', url: `/dashboard/actions/${name}`, body, headers: { ...FROM_HERE, ...admin.bearer, 'content-type': 'application/x-www-form-urlencoded' } });
  t.match((await asAdmin('revoke', 'session=s')).json(), { code: 'request-invalid', detail: 'reason: is needed' });
  t.match((await asAdmin('revoke', 'session=s&reason=+')).json(), { code: 'request-invalid', detail: /^reason: must be 1 to 512/ });
  t.match((await asAdmin('revoke', `session=s&reason=${'x'.repeat(513)}`)).json(), { code: 'request-invalid', detail: /^reason: must be 1 to 512/ });
  t.match((await asAdmin('revoke', 'session=..&reason=x')).json(), { code: 'session-invalid' });
  t.match((await asAdmin('revoke', 'session=s&reason=x')).json(), { code: 'lease-not-held' });
  t.match((await asAdmin('replay', 'session=s&reason=x')).json(), { code: 'request-invalid', detail: 'reply: is needed' });
  t.match((await asAdmin('discard', 'session=s&reply=r&reason=x')).json(), { code: 'reply-unknown' });
  t.match((await asAdmin('toString', 'session=s&reason=x')).json(), { code: 'not-found' });
});

t.test('names that would be HTML are text, wherever they stand', async (t) => {
  const { app } = await buildTestApp(t);
  const evil = '<img src=x onerror=alert(1)>"\'&';
  const headers = { host: 'localhost' };
  await call(app, { method: 'PUT', url: `/v1/leases/${encodeURIComponent(evil)}`, leaseId: 'a'.repeat(22), body: { holder: evil } });
  await call(app, { method: 'PUT', url: `/v1/replies/${encodeURIComponent(evil)}/r`, body: { fencingToken: 1, holder: evil, payload: evil, reason: evil } });
  const query = encodeURIComponent(evil);
  for (const url of ['/', '/dashboard/overview', `/dashboard/session?key=${query}`, `/dashboard/reply?key=${query}&reply=r`, `/dashboard/payload?key=${query}&reply=r`]) {
    const { body, statusCode } = await call(app, { url, headers });
    t.equal(statusCode, 200, url);
    t.notMatch(body, '<img', url);
    t.match(body, '&lt;img', url);
  }
});

t.test('pages load nothing from elsewhere, and are framed and kept by nobody', async (t) => {
  const { app } = await buildTestApp(t);
  for (const url of ['/', '/docs/static/index.html', '/dashboard/overview']) {
    const { headers } = await call(app, { url });
    t.match(headers, { 'content-security-policy': /default-src 'self'.*frame-ancestors 'none'/, 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' }, url);
    t.notMatch(headers['content-security-policy'], /script-src|unsafe-eval|https?:/, url);
  }
  t.equal((await call(app, { url: '/' })).headers['cache-control'], 'no-store');
  t.notOk((await call(app, { url: '/' })).headers['access-control-allow-origin']);
  t.notOk((await call(app, { url: '/v1', headers: { origin: 'http://evil.example' } })).headers['access-control-allow-origin'], 'nor does the API let other sites read it');
});

t.test('a key may look at pages as often as it may read, and not once more', async (t) => {
  const made = makeKey({ namespace: 'red', scopes: ['read'], randomBytes, wallMs: 0 });
  const { app } = await buildTestApp(t, { access: new KeyRing([made.record]), rates: { keep: 1, take: 1, replies: 1, operate: 1, read: 3 } });
  const headers = { authorization: `Bearer ${made.key}` };
  for (let sent = 1; sent <= 3; sent += 1) t.equal((await call(app, { url: '/dashboard/overview', headers })).statusCode, 200, `${sent}`);
  t.match((await call(app, { url: '/dashboard/overview', headers })).json(), { code: 'rate-limited', budget: 'read', perSecond: 3 });
});

// The dashboard in a real browser, over a real service: what happens through the SDK is seen there, and what is done there happens.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { LeaseClient } from '../../client/src/index.ts';
import { openPage } from '../support/chromium.ts';
import { createKey } from '../support/create-key.ts';
import { root } from '../support/source-files.ts';
import { spawnService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.setTimeout(180_000);

const SESSION = 'agent:main:feishu:group:oc_<1>&"2"';
const pictureOf = (name: string): string => join(root, 'docs', 'images', `${name}.png`);

const takePicture = async (page: Page, name: string): Promise<void> => {
  if (process.env['HOLDFAST_SCREENSHOTS'] !== '1') return;
  mkdirSync(dirname(pictureOf(name)), { recursive: true });
  await page.screenshot({ path: pictureOf(name), fullPage: true });
};

const begin = async (test: Test) => {
  const service = await spawnService(test);
  const gateway = (holder: string): LeaseClient => {
    const client = new LeaseClient({ baseUrl: service.baseUrl, holder, ttlMs: 6_000 });
    test.teardown(() => client.close());
    return client;
  };
  const opened = await openPage(test);
  await opened.page.goto(`${service.baseUrl}/`);
  const { page } = opened;
  const row = (session: string) => page.locator(`tr[data-session=${JSON.stringify(session)}]`);
  const tile = async (name: string): Promise<string> => page.locator(`[data-tile="${name}"] .figure`).innerText();
  return { ...opened, service, gateway, row, tile };
};

t.test('a lease that the SDK takes appears, its bar moves, a takeover shows, and an action works', async (test) => {
  const { page, complaints, service, gateway, row, tile } = await begin(test);
  await page.getByText('Nobody holds a session.').waitFor();
  const [first, second] = [gateway('gateway-1'), gateway('gateway-2')];
  const lease = await first.acquire(SESSION);
  await row(SESSION).waitFor();
  test.match(await row(SESSION).innerText(), String(lease.fencingToken), 'with its token, and its name as it is');
  test.match(await row(SESSION).innerText(), SESSION);
  await until('the tile counts it', async () => (await tile('live leases')) === '1');
  const bar = row(SESSION).locator('progress');
  const before = Number(await bar.evaluate((element: { value: number }) => element.value));
  await until('the bar moves', async () => Number(await bar.evaluate((element: { value: number }) => element.value)) < before - 200);

  await row(SESSION).getByRole('button').click();
  await page.locator('#panel h2').waitFor();
  test.equal(await page.locator('#panel h2').innerText(), SESSION);
  const waiting = second.acquire(SESSION, { waitMs: 60_000 });
  await until('who waits is counted', async () => (await tile('waiters')) === '1');
  await page.locator('#panel summary', { hasText: 'Revoke' }).click();
  test.match(await page.locator('#panel').innerText(), `holdfast revoke '${SESSION}' --reason`);
  await page.locator('form[hx-post="/dashboard/actions/revoke"] button').click();
  test.equal((await fetch(`${service.baseUrl}/v1/leases/${encodeURIComponent(SESSION)}`).then((answer) => answer.json() as Promise<{ fencingToken: number }>)).fencingToken, lease.fencingToken, 'without a reason nothing happens');
  await page.locator('form[hx-post="/dashboard/actions/revoke"] input[name=reason]').fill('wedged in a tool');
  await page.locator('form[hx-post="/dashboard/actions/revoke"] button').click();
  await page.locator('#panel .told', { hasText: 'The lease of gateway-1 is revoked.' }).waitFor();
  const next = await waiting;
  test.ok(next.fencingToken > lease.fencingToken);
  await row(SESSION).getByText(String(next.fencingToken)).waitFor();
  await until('the takeover is counted', async () => (await tile('takeovers')) === '1');
  await until('the holder learns it', () => !lease.held);
  await until('it is in the log', () => /"audit":true,"action":"revoke".*wedged in a tool/.test(service.stderr));
  test.strictSame(complaints, []);
});

t.test('a dead reply stands first, its text is hidden until it is asked for, and it can be replayed', async (test) => {
  const { page, complaints, gateway, tile } = await begin(test);
  const client = gateway('gateway-1');
  const lease = await client.acquire('s');
  await client.replies.park('s', 'r1', { payload: { text: 'the <b>finished</b> reply' }, fencingToken: lease.fencingToken });
  await client.turn(lease, { generate: () => 'unused', commit: () => {}, deliver: () => { throw new Error('down'); } }, { replyId: 'r2' }).catch(() => undefined);
  await client.replies.discard('s', 'r1', { reason: 'to be replayed' });
  await client.replies.replay('s', 'r1', { reason: 'for the test' });
  const reply = page.locator('tr[data-reply="s/r1"]');
  await reply.waitFor();
  await reply.getByRole('button').click();
  await page.locator('#panel h2', { hasText: 's · r1' }).waitFor();
  test.notMatch(await page.locator('body').innerText(), 'finished', 'not before it is asked for');
  await page.getByRole('button', { name: /Show the text/ }).click();
  await page.locator('#panel pre').waitFor();
  test.equal(await page.locator('#panel pre').innerText(), '{"text":"the <b>finished</b> reply"}');
  await page.locator('#panel summary', { hasText: 'Discard' }).click();
  await page.locator('form[hx-post="/dashboard/actions/discard"] input[name=reason]').fill('answered by hand');
  await takePicture(page, 'dashboard');
  await page.locator('form[hx-post="/dashboard/actions/discard"] button').click();
  await page.locator('#panel .told', { hasText: 'The reply is superseded.' }).waitFor();
  test.match(await client.replies.read('s', 'r1'), { state: 'superseded', reason: 'answered by hand' });
  test.match(await tile('undelivered replies'), /^[0-9]+$/);
  test.strictSame(complaints, []);
});

t.test('however often the list is drawn anew, no click is lost, and no focus', async (test) => {
  const { page, complaints, gateway, row } = await begin(test);
  const client = gateway('gateway-1');
  await client.acquire('first');
  const button = row('first').getByRole('button');
  await button.focus();
  await client.acquire('second');
  await row('second').waitFor();
  test.equal(await page.evaluate('document.activeElement.textContent'), 'first', 'the focus is where it was');

  const { x, y, width, height } = (await button.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  const drawn = page.waitForResponse((answer) => answer.url().endsWith('/dashboard/overview'));
  await client.acquire('third');
  await (await drawn).finished();
  await page.mouse.up();
  await page.locator('#panel h2', { hasText: 'first' }).waitFor();
  await row('third').waitFor();

  await page.evaluate(`new MutationObserver((_, observer) => {
    const button = document.querySelector('tr[data-session="fourth"] button');
    if (!button) return;
    observer.disconnect();
    button.click();
  }).observe(document.getElementById('overview'), { childList: true, subtree: true })`);
  await client.acquire('fourth');
  await page.locator('#panel h2', { hasText: 'fourth' }).waitFor();
  test.strictSame(complaints, []);
});

t.test('the keyboard alone is enough, and a narrow screen loses nothing', async (test) => {
  const { page, complaints, gateway, row } = await begin(test);
  await page.setViewportSize({ width: 360, height: 740 });
  await gateway('gateway-1').acquire('s');
  await row('s').waitFor();
  const wider = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  test.equal(wider, false, 'tables scroll in themselves');
  const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent') as Promise<string>;
  for (let presses = 0; (await focused()) !== 's' && presses < 30; presses += 1) await page.keyboard.press('Tab');
  test.equal(await focused(), 's', 'the session is reached');
  await page.keyboard.press('Enter');
  await page.locator('#panel h2').waitFor();
  await until('the panel has the focus', async () => page.evaluate('document.activeElement.closest("#panel") !== null') as Promise<boolean>);
  for (let presses = 0; (await focused()) !== 'Ask to yield' && presses < 10; presses += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('please');
  await page.keyboard.press('Enter');
  await page.locator('#panel .told', { hasText: 'gateway-1 is asked to yield.' }).waitFor();
  await takePicture(page, 'dashboard-narrow');
  test.strictSame(complaints, []);
});

t.test('with keys in force it is signed in to, and shows what the key may see and do', async (test) => {
  const file = join(test.testdir({}), 'keys.json');
  const [reader, gatewayKey, other] = [createKey(file, 'red', ['read']), createKey(file, 'red', ['lease', 'replies']), createKey(file, 'blue', ['lease', 'replies'])];
  const service = await spawnService(test, { env: { HOLDFAST_KEYS: file } });
  const { page, complaints } = await openPage(test);
  for (const [key, session] of [[gatewayKey, 'mine'], [other, 'theirs']] as const) {
    const client = new LeaseClient({ baseUrl: service.baseUrl, holder: 'g', apiKey: key });
    test.teardown(() => client.close());
    await client.acquire(session);
  }
  await page.goto(`${service.baseUrl}/`);
  const key = page.getByLabel('API key');
  await key.fill('hfk_not-a-key');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('valid key').waitFor();
  await key.fill(reader);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('tr[data-session="mine"]').waitFor();
  test.equal(await page.locator('tr[data-session="theirs"]').count(), 0);
  await page.locator('tr[data-session="mine"] button').click();
  await page.locator('#panel h2').waitFor();
  test.equal(await page.locator('#panel summary').count(), 0, 'nothing may be done');
  const [cookie] = await page.context().cookies();
  test.match(cookie, { name: 'holdfast-sign-in', httpOnly: true, sameSite: 'Strict' });
  test.notMatch(cookie?.value, reader.slice(8), 'the key is not in it');
  await page.goto(`${service.baseUrl}/docs`);
  await page.locator('.opblock').first().waitFor();
  await page.goto(`${service.baseUrl}/`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').waitFor();
  // A browser tells of every answer that is an error, of whoever is not signed in and of the wrong key, and of the stream of a page that is left.
  test.strictSame(complaints.filter((complaint) => !/401|dashboard\/events$/.test(complaint)), []);
});

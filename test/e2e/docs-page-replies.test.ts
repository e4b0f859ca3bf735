/** An operator at /docs in a real browser: finds the dead reply, replays it, and discards it with a reason, by "Try it out" alone. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { openPage } from '../support/chromium.ts';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { attempt, park, readReply, type AttemptBody, type ReplyBody } from '../support/reply-api.ts';
import { root } from '../support/source-files.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';

t.setTimeout(180_000);

const PICTURE = join(root, 'docs', 'images', 'swagger-ui-replies.png');
const SESSION = 'agent:main:feishu:group:oc_1';
const REPLY_ID = 'turn-42';
const REASON = '403: the channel is archived';

/** Leaves a dead reply behind, and one that is delivered. */
const leaveReplies = async (test: Test, service: SpawnedService): Promise<LeaseApi> => {
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  const leaseId = newLeaseId();
  const { body: lease } = await api.acquire(SESSION, leaseId, { holder: 'gateway-2/pid 71', waitMs: 0 });
  const leave = async (replyId: string, outcome: Omit<AttemptBody, 'attempt'>): Promise<void> => {
    await park(api, SESSION, replyId, { holder: 'gateway-2/pid 71', fencingToken: lease.fencingToken!, payload: { text: 'Here is what I found.' } });
    await attempt(api, SESSION, replyId, leaseId, { attempt: 1, outcome: 'sending', committed: true });
    await attempt(api, SESSION, replyId, leaseId, { attempt: 1, ...outcome });
  };
  await leave('turn-41', { outcome: 'delivered' });
  await leave(REPLY_ID, { outcome: 'failed', permanent: true, error: REASON });
  await api.release(SESSION, leaseId);
  return api;
};

interface Executed {
  readonly status: number;
  readonly body: ReplyBody;
  /** What the page shows of it. */
  readonly shown: Locator;
  readonly operation: Locator;
}

const parameter = (operation: Locator, name: string): Locator => operation.locator(`tr[data-param-name="${name}"]`);

/** Opens an operation, fills its form, and executes it. What is not filled stays as the page offers it. */
const execute = async (page: Page, operationId: string, fill: (operation: Locator) => Promise<unknown>): Promise<Executed> => {
  const operation = page.locator(`#operations-replies-${operationId}`);
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('button.execute').waitFor();
  await fill(operation);
  const answered = page.waitForResponse((response) => response.url().includes('/v1/replies'));
  await operation.locator('button.execute').click();
  const response = await answered;
  const shown = operation.locator('.live-responses-table');
  await shown.waitFor();
  return { status: response.status(), body: (await response.json()) as ReplyBody, shown, operation };
};

/** Names the reply, and gives a reason. */
const decide =
  (reason: string) =>
  async (operation: Locator): Promise<void> => {
    await parameter(operation, 'session').locator('input').fill(SESSION);
    await parameter(operation, 'replyId').locator('input').fill(REPLY_ID);
    await operation.locator('textarea.body-param__text').fill(JSON.stringify({ reason }));
  };

/** What was asked and what came back; the form above and the catalogue of possible answers below are left out. */
const takePicture = async (page: Page, { operation, shown }: Executed): Promise<void> => {
  mkdirSync(dirname(PICTURE), { recursive: true });
  const [asked, answer] = [await operation.locator('.responses-inner').boundingBox(), await shown.boundingBox()];
  const top = (await page.evaluate('window.scrollY')) as number;
  const clip = { x: asked!.x, y: asked!.y + top, width: asked!.width, height: answer!.y + answer!.height - asked!.y };
  await page.screenshot({ path: PICTURE, fullPage: true, clip, scale: 'css' });
};

t.test('an operator lists the dead, replays one and discards it with a reason; the console stays clean', async (t) => {
  const service = await spawnService(t, { env: { HOLDFAST_LOG_LEVEL: 'silent' } });
  const api = await leaveReplies(t, service);
  const { page, complaints } = await openPage(t);
  await page.goto(`${service.baseUrl}/docs`);

  const listed = await execute(page, 'listReplies', (operation) => parameter(operation, 'state').locator('select').selectOption('dead'));
  t.equal(listed.status, 200);
  t.match(listed.body.replies, [{ session: SESSION, replyId: REPLY_ID, state: 'dead', reason: REASON, lastError: REASON }]);
  t.equal(listed.body.replies?.length, 1, 'the delivered one is not among them');
  await listed.shown.getByText(REASON).first().waitFor();
  t.notMatch(await listed.shown.innerText(), 'what I found', 'payloads are never listed');
  if (process.env['HOLDFAST_SCREENSHOTS'] === '1') await takePicture(page, listed);

  const replayed = await execute(page, 'replayReply', decide('the channel is back'));
  t.equal(replayed.status, 200, 'nothing in the form stands in the way of an operator, who has no lease');
  t.match(replayed.body, { replyId: REPLY_ID, state: 'parked', reason: 'the channel is back', attempts: 1 });
  await replayed.shown.getByText('"parked"').first().waitFor();
  t.match((await readReply(api, SESSION, REPLY_ID)).body, { state: 'parked', reason: 'the channel is back' });

  const discarded = await execute(page, 'discardReply', decide('answered by hand'));
  t.equal(discarded.status, 200);
  t.match(discarded.body, { replyId: REPLY_ID, state: 'superseded', reason: 'answered by hand' });
  await discarded.shown.getByText('"superseded"').first().waitFor();
  t.match((await readReply(api, SESSION, REPLY_ID)).body, { state: 'superseded', payload: { text: 'Here is what I found.' } }, 'it stays visible');
  t.strictSame(complaints, []);
});

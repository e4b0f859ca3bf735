// The page /docs in a real browser: it loads without a complaint, and "Try it out" takes a lease.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { openPage } from '../support/chromium.ts';
import { listeningApp } from '../support/listening-app.ts';
import { root } from '../support/source-files.ts';
import { spawnService } from '../support/spawn-service.ts';

t.setTimeout(120_000);

const PICTURE = join(root, 'docs', 'images', 'swagger-ui.png');

t.test('"Try it out" takes a lease and shows its fencing token; the console stays clean', async (t) => {
  const { baseUrl } = await spawnService(t);
  const { page, complaints } = await openPage(t);
  await page.goto(`${baseUrl}/docs`);
  const operation = page.locator('#operations-leases-acquireLease');
  await operation.locator('.opblock-summary-control').click();
  // The example of the document is what the form starts with: nothing has to be typed.
  const executed = page.waitForResponse((response) => response.request().method() === 'PUT');
  await operation.locator('button.execute').click();
  const answer = await executed;
  t.equal(answer.status(), 201);
  const granted = (await answer.json()) as { session: string; fencingToken: number };
  const live = operation.locator('.live-responses-table');
  await live.getByText(String(granted.fencingToken)).first().waitFor();
  t.match(await live.innerText(), `"fencingToken": ${granted.fencingToken}`);
  const seen = await fetch(`${baseUrl}/v1/leases/${encodeURIComponent(granted.session)}`);
  t.match(await seen.json(), { held: true, fencingToken: granted.fencingToken });
  t.strictSame(complaints, []);

  if (process.env['HOLDFAST_SCREENSHOTS'] === '1') {
    mkdirSync(dirname(PICTURE), { recursive: true });
    // What was asked and what came back; the catalogue of possible answers below it is left out.
    const [whole, shown] = [await operation.boundingBox(), await live.boundingBox()];
    const top = (await page.evaluate('window.scrollY')) as number;
    const clip = { x: whole!.x, y: whole!.y + top, width: whole!.width, height: shown!.y + shown!.height - whole!.y };
    await page.screenshot({ path: PICTURE, fullPage: true, clip });
  }
});

t.test('every operation of the document is on the page', async (t) => {
  const { app, baseUrl } = await listeningApp(t);
  const { page, complaints } = await openPage(t);
  await page.goto(`${baseUrl}/docs/`);
  await page.locator('.opblock').first().waitFor();
  const { paths } = app.swagger() as { paths: Record<string, object> };
  const operations = Object.values(paths).flatMap((methods) => Object.keys(methods));
  t.equal(await page.locator('.opblock').count(), operations.length);
  t.equal(await page.title(), 'Holdfast API');
  t.strictSame(complaints, []);
});

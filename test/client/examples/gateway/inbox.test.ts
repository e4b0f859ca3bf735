import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Inbox } from '../../../../client/examples/gateway/inbox.ts';
import { messageOf } from '../../../../client/examples/gateway/inbound.ts';

const message = (id: string) => messageOf('chat', { conversation: 'ada', id, text: id });
const textsOf = (messages: readonly { readonly text: string }[]): string[] => messages.map(({ text }) => text);

t.test('what was put and not removed is there at the next start, in order of arrival', async (t) => {
  const folder = join(t.testdir({}), 'inbox');
  const { inbox, left } = await Inbox.open(folder);
  t.strictSame(left, []);
  for (const id of ['b', 'a', 'd', 'c']) t.equal(await inbox.put(message(id)), 'new');
  await inbox.remove(message('a'));
  await inbox.remove(message('a'));
  const second = await Inbox.open(folder);
  t.strictSame(textsOf(second.left), ['b', 'd', 'c']);
  t.strictSame(second.left[0], message('b'));
  await second.inbox.put(message('0'));
  t.strictSame(textsOf((await Inbox.open(folder)).left), ['b', 'd', 'c', '0'], 'what comes after a start comes after what was there');
});

t.test('a message that is sent again is known, once it is on the disk, and new again once it was removed', async (t) => {
  const { inbox } = await Inbox.open(t.testdir({}));
  t.strictSame(await Promise.all([inbox.put(message('a')), inbox.put(message('a'))]), ['new', 'known']);
  t.equal(await inbox.put(message('a')), 'known');
  await inbox.remove(message('a'));
  t.equal(await inbox.put(message('a')), 'new');
});

t.test('a write that fails is told, to whoever sends it again meanwhile too, and leaves room for the next try', async (t) => {
  const folder = join(t.testdir({}), 'inbox');
  const { inbox } = await Inbox.open(folder);
  rmSync(folder, { recursive: true });
  const puts = [inbox.put(message('a')), inbox.put(message('a'))];
  for (const put of puts) await t.rejects(put, { code: 'ENOENT' });
  mkdirSync(folder);
  t.equal(await inbox.put(message('a')), 'new');
});

t.test('it takes as many as it may have, and no more', async (t) => {
  const folder = t.testdir({});
  const { inbox } = await Inbox.open(folder, 2);
  t.strictSame(await Promise.all(['a', 'b', 'c'].map((id) => inbox.put(message(id)))), ['new', 'new', 'full']);
  t.equal(await inbox.put(message('a')), 'known', 'one that is there takes no room');
  await inbox.remove(message('a'));
  t.equal(await inbox.put(message('c')), 'new');
});

t.test('half a file was never acknowledged, and is removed', async (t) => {
  const folder = t.testdir({});
  writeFileSync(join(folder, '000000000001.json.part'), '{"channel":');
  t.strictSame((await Inbox.open(folder)).left, []);
  t.strictSame(readdirSync(folder), []);
});

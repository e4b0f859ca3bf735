import { chmod, mkdir, readdir, readFile, rename, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { FolderDisk } from '../../../client/src/spool/folder-disk.ts';
import { Spool, type SpooledReply, type SpoolParts } from '../../../client/src/spool/spool.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { spoolEntry, spoolFolder } from '../../support/spool-facts.ts';

const begin = async (t: Test, more: Partial<SpoolParts> = {}) => {
  const folder = await spoolFolder(t);
  const logger = recordingLogger();
  const clock = new FakeClock();
  const open = (others: Partial<SpoolParts> = {}): Spool => new Spool(folder, { clock, logger, ...more, ...others });
  return { folder, logger, clock, open, spool: open() };
};

const all = async (spool: Spool): Promise<SpooledReply[]> => {
  const replies: SpooledReply[] = [];
  for await (const reply of spool.entries()) replies.push(reply);
  return replies;
};
const idsOf = async (spool: Spool): Promise<string[]> => (await all(spool)).map(({ replyId }) => replyId);
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

t.test('what is kept comes back whole, in the order in which it was kept, also for the next process', async (t) => {
  const { spool, open } = await begin(t);
  const full = spoolEntry({ replyId: 'b', payload: { text: 'ä\n"\u0000', list: [1, null, { a: false }] }, sequence: 3, reason: 'service away', expiresInMs: 60_000, committed: true, storeId: 'st_1' });
  await spool.keep(full);
  await spool.keep(spoolEntry({ replyId: 'a' }));
  await spool.keep(spoolEntry({ session: 'other', replyId: 'b', payload: 'text', contentType: 'text/plain' }));
  const next = open();
  t.match(await all(next), [full, spoolEntry({ replyId: 'a' }), { session: 'other', replyId: 'b', payload: 'text', contentType: 'text/plain' }]);
  await next.keep(spoolEntry({ replyId: 'c' }));
  t.same(await idsOf(next), ['b', 'a', 'b', 'c'], 'a new process goes on behind the last one');
});

t.test('a spool that was never written to is empty, and makes no folder', async (t) => {
  const { spool, folder } = await begin(t);
  t.same(await all(spool), []);
  t.same(await readdir(dirname(dirname(folder))), []);
});

t.test('replies are private: 0700 the folders, 0600 the files, and no name shows a session', async (t) => {
  const { spool, folder } = await begin(t);
  await spool.keep(spoolEntry({ session: 'secret-session', replyId: 'secret-reply' }));
  const [file] = await readdir(folder);
  t.match(file, /^0000000000000001-[0-9a-f]{32}\.reply$/);
  t.equal(await modeOf(folder), 0o700);
  t.equal(await modeOf(join(folder, file!)), 0o600);
  await spool.refuse((await all(spool))[0]!, 'no');
  t.equal(await modeOf(join(folder, 'refused')), 0o700);
  for (const name of await readdir(join(folder, 'refused'))) t.equal(await modeOf(join(folder, 'refused', name)), 0o600, name);
});

t.test('the same reply kept twice is one; only its committed may rise', async (t) => {
  const { spool, folder } = await begin(t);
  await spool.keep(spoolEntry());
  await spool.keep(spoolEntry({ fencingToken: 9, holder: 'another' }));
  t.match(await all(spool), [{ fencingToken: 7, holder: 'gateway-1', committed: false }]);
  await spool.keep(spoolEntry({ committed: true }));
  t.match(await all(spool), [{ fencingToken: 7, committed: true }]);
  await spool.keep(spoolEntry({ committed: false }));
  t.match(await all(spool), [{ committed: true }]);
  t.equal((await readdir(folder)).length, 1);
});

t.test('another payload under the same id is refused, and the first one stays', async (t) => {
  const { spool } = await begin(t);
  await spool.keep(spoolEntry());
  await t.rejects(spool.keep(spoolEntry({ payload: { text: 'another' } })), { code: 'reply-id-reused' });
  await t.rejects(spool.keep(spoolEntry({ payload: 'text', contentType: 'text/plain' })), { code: 'reply-id-reused' });
  t.match(await all(spool), [{ payload: { text: 'the answer' } }]);
});

t.test('keeping, many at once, from two processes in one folder: all are there, each in its own order', async (t) => {
  const { open } = await begin(t);
  const spools = [open(), open()];
  const ids = Array.from({ length: 20 }, (_, index) => String(index).padStart(2, '0'));
  await Promise.all(spools.flatMap((spool, which) => ids.map((id) => spool.keep(spoolEntry({ session: `s${which}`, replyId: id })))));
  const kept = await all(open());
  for (const which of [0, 1]) t.same(kept.filter(({ session }) => session === `s${which}`).map(({ replyId }) => replyId), ids);
});

t.test('what the service would never take is refused at once', async (t) => {
  const { spool, folder } = await begin(t);
  await t.rejects(spool.keep(spoolEntry({ payload: 'x'.repeat(262_143) })), { code: 'payload-too-large' });
  await t.rejects(spool.keep(spoolEntry({ session: '' })), { code: 'session-invalid' });
  await t.rejects(spool.keep(spoolEntry({ replyId: 'a/b' })), /replyId/);
  await t.rejects(spool.keep(spoolEntry({ payload: () => 1 })), /JSON value/);
  await spool.keep(spoolEntry({ payload: 'x'.repeat(262_142) }));
  t.equal((await readdir(folder)).length, 1);
});

t.test('the number of replies is limited: at the limit it takes one, past it none, and what was moved aside counts', async (t) => {
  const { spool, folder } = await begin(t, { limits: { replies: 2 } });
  await spool.keep(spoolEntry({ replyId: '1' }));
  await spool.keep(spoolEntry({ replyId: '2' }));
  await t.rejects(spool.keep(spoolEntry({ replyId: '3' })), { name: 'SpoolFullError', code: 'spool-full', message: /2 replies, and may have 2/, outcome: 'not-applied' });
  await spool.keep(spoolEntry({ replyId: '2', committed: true }));
  const [first, second] = await all(spool);
  await spool.refuse(first!, 'no');
  await t.rejects(spool.keep(spoolEntry({ replyId: '3' })), { code: 'spool-full' });
  await spool.remove(second!);
  await spool.keep(spoolEntry({ replyId: '3' }));
  t.same(await idsOf(spool), ['3']);
  t.equal((await readdir(join(folder, 'refused'))).filter((name) => name.endsWith('.reply')).length, 1);
});

t.test('so are their bytes', async (t) => {
  const { spool, folder, open } = await begin(t);
  await spool.keep(spoolEntry({ replyId: '1' }));
  const bytes = (await stat(join(folder, (await readdir(folder))[0]!))).size;
  await t.rejects(open({ limits: { bytes: bytes * 2 - 1 } }).keep(spoolEntry({ replyId: '2' })), { code: 'spool-full', message: new RegExp(`${bytes * 2} bytes, and may have ${bytes * 2 - 1}`) });
  await open({ limits: { bytes: bytes * 2 } }).keep(spoolEntry({ replyId: '2' }));
});

t.test('too many calls that wait for the disk are refused', async (t) => {
  const { folder, clock, logger } = await begin(t);
  const gate = Promise.withResolvers<void>();
  class Slow extends FolderDisk {
    override async prepare(): Promise<void> {
      await gate.promise;
      await super.prepare();
    }
  }
  const spool = new Spool(folder, { clock, logger, disk: new Slow(folder) });
  const waiting = Array.from({ length: 1_000 }, () => spool.keep(spoolEntry()));
  await t.rejects(spool.keep(spoolEntry()), { code: 'spool-full' });
  gate.resolve();
  await Promise.all(waiting);
  await spool.keep(spoolEntry());
});

t.test('a full disk rejects with its cause, and what was kept before is still there', async (t) => {
  const { folder, clock, logger, spool } = await begin(t);
  await spool.keep(spoolEntry({ replyId: 'before' }));
  class Full extends FolderDisk {
    override async write(): Promise<void> {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    }
  }
  const full = new Spool(folder, { clock, logger, disk: new Full(folder) });
  await t.rejects(full.keep(spoolEntry()), { name: 'SpoolError', code: 'spool-failed', message: /ENOSPC/, cause: { code: 'ENOSPC' } });
  t.same(await idsOf(full), ['before']);
});

t.test('a write that fails leaves nothing half-written behind', async (t) => {
  const { folder, spool } = await begin(t);
  await spool.keep(spoolEntry({ replyId: 'before' }));
  const disk = new FolderDisk(folder);
  await mkdir(join(folder, 'taken'));
  await t.rejects(disk.write('taken', '.x.unfinished', 'contents'), 'a folder stands where the file should');
  t.same((await readdir(folder)).filter((name) => name.endsWith('.unfinished')), []);
});

t.test('a folder that cannot be written to rejects, and is written to once it can', async (t) => {
  const { folder, spool } = await begin(t);
  await mkdir(dirname(folder), { recursive: true });
  await writeFile(folder, 'a file where the folder should be');
  await t.rejects(spool.keep(spoolEntry()), { code: 'spool-failed', cause: { code: 'EEXIST' } });
  await rename(folder, `${folder}-away`);
  await spool.keep(spoolEntry());
  t.same(await idsOf(spool), ['r-1']);
});

t.test('damaged files are moved aside and reported, never dropped, and hold up nothing', async (t) => {
  const { folder, spool, logger } = await begin(t);
  for (const replyId of ['1', '2', '3', '4', '5']) await spool.keep(spoolEntry({ replyId }));
  const files = (await readdir(folder)).sort();
  const damage = [
    async (path: string) => truncate(path, (await stat(path)).size - 2),
    async (path: string) => truncate(path, 0),
    async (path: string) => writeFile(path, (await readFile(path, 'utf8')).replace('the answer', 'the Answer')),
    async (path: string) => writeFile(path, 'not JSON\n{}\n'),
  ];
  for (const [index, harm] of damage.entries()) await harm(join(folder, files[index]!));
  t.same(await idsOf(spool), ['5']);
  const aside = await readdir(join(folder, 'refused'));
  t.equal(aside.filter((name) => name.endsWith('.reply')).length, 4);
  t.match(await readFile(join(folder, 'refused', aside.find((name) => name.endsWith('.why.txt'))!), 'utf8'), /^damaged: /);
  t.equal(logger.lines.filter((line) => line.startsWith('error a spooled reply is damaged')).length, 4);
  t.notMatch(logger.lines.join(), /answer/i, 'without a word of what they said');
  t.match((await readFile(join(folder, 'refused', aside.filter((name) => name.endsWith('.reply')).sort()[2]!), 'utf8')), /the Answer/, 'as they were');
});

t.test('a file of a later version stays where it is, and is reported', async (t) => {
  const { folder, spool, logger } = await begin(t);
  await spool.keep(spoolEntry());
  const [file] = await readdir(folder);
  await writeFile(join(folder, file!), '{"version":2,"sha256":"x"}\n{}\n');
  t.same(await all(spool), []);
  t.same(await readdir(folder), [file]);
  t.match(logger.lines, [/^error .*later version/]);
});

t.test('files that are not its own are left alone', async (t) => {
  const { folder, spool } = await begin(t);
  await spool.keep(spoolEntry());
  for (const name of ['README', '1-abc.reply', '.hidden']) await writeFile(join(folder, name), 'x');
  t.same(await idsOf(spool), ['r-1']);
  t.equal((await readdir(folder)).length, 4);
});

t.test('what a killed process left half-written is no reply, and is cleaned away once nobody can be at it any more', async (t) => {
  const { folder, spool, clock } = await begin(t);
  await spool.keep(spoolEntry());
  const unfinished = join(folder, '.0000000000000002-00000000000000000000000000000000.reply.71-1-1.unfinished');
  await writeFile(unfinished, '{"version":1,');
  const nowS = clock.now().wallUs / 1e6;
  await utimes(unfinished, nowS - 600, nowS - 600);
  t.same(await idsOf(spool), ['r-1']);
  t.equal((await readdir(folder)).length, 2, 'perhaps somebody is still at it');
  clock.advance(1);
  t.same(await idsOf(spool), ['r-1']);
  t.equal((await readdir(folder)).length, 1);
});

t.test('removing may be repeated, and leaves what was kept again meanwhile', async (t) => {
  const { spool, open } = await begin(t);
  await spool.keep(spoolEntry());
  const [first] = await all(spool);
  await spool.keep(spoolEntry({ committed: true }));
  await spool.remove(first!);
  t.match(await all(spool), [{ committed: true }], 'that it is committed has not been told yet');
  const [second] = await all(spool);
  await Promise.all([spool.remove(second!), open().remove(second!)]);
  await spool.remove(second!);
  t.same(await all(spool), []);
});

t.test('what is refused stands aside with its reason; moved back, it is tried again', async (t) => {
  const { folder, spool, open, logger } = await begin(t);
  await spool.keep(spoolEntry({ payload: { text: 'first' } }));
  const [first] = await all(spool);
  await Promise.all([spool.refuse(first!, 'reply-id-reused: used before'), open().refuse(first!, 'reply-id-reused: used before')]);
  t.same(await all(spool), []);
  const next = open();
  await next.keep(spoolEntry({ payload: { text: 'second' } }));
  t.equal((await all(next))[0]!.file, first!.file, 'an empty folder begins at the first name again');
  await next.refuse((await all(next))[0]!, 'again');
  const aside = (await readdir(join(folder, 'refused'))).sort();
  const replies = aside.filter((name) => name.endsWith('.reply'));
  t.equal(replies.length, 2, 'the second does not replace the first, though the clock stands still');
  t.match(await readFile(join(folder, 'refused', `${replies[0]}.why.txt`), 'utf8'), 'reply-id-reused: used before\n');
  t.equal(logger.lines.filter((line) => /^error a spooled reply can never be parked.*"session":"s","replyId":"r-1"/.test(line)).length, 2);
  await rename(join(folder, 'refused', replies[0]!), join(folder, replies[0]!));
  t.match(await all(spool), [{ payload: { text: 'first' } }]);
  await spool.refuse((await all(spool))[0]!, 'still not');
  t.equal((await readdir(join(folder, 'refused'))).filter((name) => name.endsWith('.reply')).length, 2);
});

t.test('a reply is marked with the store that the client speaks to, once it is known', async (t) => {
  const { open } = await begin(t);
  let storeId: string | undefined;
  const spool = open({ storeId: () => storeId });
  await spool.keep(spoolEntry({ replyId: '1' }));
  storeId = 'st_1';
  await spool.keep(spoolEntry({ replyId: '2' }));
  t.same((await all(spool)).map((reply) => reply.storeId), [undefined, 'st_1']);
});

t.test('a folder that was there before keeps its mode', async (t) => {
  const { folder, spool } = await begin(t);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o750);
  await spool.keep(spoolEntry());
  t.equal(await modeOf(folder), 0o750);
});

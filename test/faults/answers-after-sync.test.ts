/** The judge of system calls, judged itself: by logs that are right, and by logs that are wrong on purpose. */
import t from 'tap';
import { judgeAnswers } from '../support/syscalls/answers-after-sync.ts';

const CLIENT = 'TCP:[127.0.0.1:7420->127.0.0.1:50001]';
const OTHER = 'TCP:[127.0.0.1:7420->127.0.0.1:50002]';
const WAL = '/var/lib/holdfast.db-wal';

const request = (on = CLIENT): string => `10 read(24<${on}>, "PUT /v1/leases/s HTTP/1.1\\r\\nLease-"..., 65536) = 220`;
const answer = (on = CLIENT, status = '201 Created'): string => `10 writev(24<${on}>, [{iov_base="HTTP/1.1 ${status}\\r\\nHoldfast-St"..., iov_len=300}], 1) = 300`;
const writing = `11 pwrite64(22<${WAL}>, "\\0\\0\\0\\5"..., 4096, 56) = 4096`;
const syncing = `11 fsync(22<${WAL}>)     = 0`;
const syncBegins = `11 fdatasync(22<${WAL}> <unfinished ...>`;
const syncEnds = '11 <... fdatasync resumed>)       = 0';

const judged = (...lines: string[]): ReturnType<typeof judgeAnswers> => judgeAnswers(lines.join('\n'));

t.test('right: the request, the write, the sync, the answer', async (t) => {
  t.strictSame(judged(request(), writing, syncing, answer()), { answers: 1, syncs: { fsync: 1 }, violations: [] });
});

t.test('right: calls that are seen in two halves', async (t) => {
  const halves = judged(
    `10 read(24<${CLIENT}>,  <unfinished ...>`,
    '10 <... read resumed>"DELETE /v1/leases/s HTTP/1.1\\r\\n"..., 65536) = 120',
    writing,
    syncBegins,
    `10 read(25<${OTHER}>, 0x7ffd, 65536) = -1 EAGAIN (Resource temporarily unavailable)`,
    syncEnds,
    answer(CLIENT, '204 No Content'),
  );
  t.strictSame(halves, { answers: 1, syncs: { fdatasync: 1 }, violations: [] });
});

t.test('right: two clients in one commit, and one in the next', async (t) => {
  const third = 'TCP:[127.0.0.1:7420->127.0.0.1:50003]';
  const seen = judged(request(), request(OTHER), writing, syncBegins, request(third), syncEnds, answer(), answer(OTHER), writing, syncing, answer(third));
  t.strictSame(seen, { answers: 3, syncs: { fdatasync: 1, fsync: 1 }, violations: [] });
});

t.test('right: refusals and reads need no sync of their own', async (t) => {
  const read = `10 read(24<${OTHER}>, "GET /v1/leases/s HTTP/1.1\\r\\n"..., 65536) = 80`;
  t.match(judged(request(), writing, syncing, answer(), read, answer(OTHER, '200 OK'), request(), answer(CLIENT, '409 Conflict')), { answers: 1, violations: [] });
});

const wrong: [string, string[]][] = [
  ['the answer before the sync', [request(), writing, answer(), syncing]],
  ['the answer while the sync is under way', [request(), writing, syncBegins, answer(), syncEnds]],
  ['a sync that failed', [request(), writing, `11 fsync(22<${WAL}>) = -1 EIO (Input/output error)`, answer(), request(OTHER), writing, syncing, answer(OTHER)]],
  ['a sync of another file', [request(OTHER), writing, syncing, answer(OTHER), request(), writing, '11 fsync(9</var/lib/holdfast.db>) = 0', answer()]],
  ['a sync that began before the request arrived', [writing, syncBegins, request(), syncEnds, answer()]],
  ['a write that came after the sync', [request(), syncing, writing, answer()]],
  ['a sync with nothing written since the request', [writing, request(), syncing, answer()]],
  ["another client's sync", [request(OTHER), writing, syncing, answer(OTHER), request(), answer()]],
];
for (const [what, lines] of wrong) {
  t.test(`wrong: ${what}`, async (t) => {
    const { violations } = judged(...lines);
    t.equal(violations.length, 1);
    t.match(violations[0], /PUT \/v1\/leases\/s was acknowledged before its change was synchronised/);
  });
}

t.test('what is asked of replies is judged like the rest', async (t) => {
  const asked = (line: string): string => `10 read(24<${CLIENT}>, "${line} HTTP/1.1\\r\\n"..., 65536) = 220`;
  for (const line of ['PUT /v1/replies/s/r', 'POST /v1/replies/s/r/attempts', 'POST /v1/replies/s/r/replay', 'POST /v1/replies/s/r/discard']) {
    t.match(judged(asked(line), writing, syncing, answer(CLIENT, '200 OK')), { answers: 1, violations: [] });
    t.match(judged(writing, syncing, asked(line), writing, answer(CLIENT, '200 OK')).violations, [`${line} was acknowledged before its change was synchronised`]);
  }
});

t.test('wrong: nothing to judge by', async (t) => {
  t.strictSame(judged(request(), writing, answer()).violations.length, 2, 'no sync at all is a violation of its own');
  t.strictSame(judged(writing, syncing).violations, ['no answer was seen that acknowledges a change']);
  t.equal(judged('').violations.length, 2);
});

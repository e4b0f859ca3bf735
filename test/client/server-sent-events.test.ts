import t from 'tap';
import { EventParser } from '../../client/src/server-sent-events.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const TEXT = 'retry: 1000\nid: e-1\n\n: still here\n\nid: e-2\nevent: waiting\ndata: {"session":"ü"}\n\ndata: a\ndata: b\n\n';
const EVENTS = [
  { event: 'waiting', data: '{"session":"ü"}' },
  { event: 'message', data: 'a\nb' },
];

t.test('events come out as they went in, comments and retry times do not', async (t) => {
  t.same(new EventParser().push(bytes(TEXT)), EVENTS);
});

t.test('wherever the stream is cut into chunks', async (t) => {
  const all = bytes(TEXT);
  for (let cut = 1; cut < all.length; cut += 1) {
    const parser = new EventParser();
    t.same([...parser.push(all.subarray(0, cut)), ...parser.push(all.subarray(cut))], EVENTS, `at ${cut}`);
  }
  const byteByByte = new EventParser();
  t.same([...all].flatMap((byte) => byteByByte.push(Uint8Array.of(byte))), EVENTS);
});

t.test('lines may end in CR LF or CR, also where the chunk ends between them', async (t) => {
  const parser = new EventParser();
  t.same(parser.push(bytes('event: ended\r\ndata: x\r')), []);
  t.same(parser.push(bytes('\n\r\n')), [{ event: 'ended', data: 'x' }]);
  t.same(new EventParser().push(bytes('data: y\r\r\n')), [{ event: 'message', data: 'y' }]);
});

t.test('the id to come back with is that of the last event that was complete, the opening one too', async (t) => {
  const parser = new EventParser();
  t.equal(parser.lastId, undefined);
  parser.push(bytes('id: e-1\n\n'));
  t.equal(parser.lastId, 'e-1');
  parser.push(bytes('id: e-2\ndata: half'));
  t.equal(parser.lastId, 'e-1');
  parser.push(bytes('\n\n'));
  t.equal(parser.lastId, 'e-2');
});

t.test('a line without an end does not fill the memory', async (t) => {
  const parser = new EventParser();
  const chunk = bytes('x'.repeat(250_000));
  t.throws(() => {
    for (let sent = 0; sent < 5; sent += 1) parser.push(chunk);
  }, RangeError);
});

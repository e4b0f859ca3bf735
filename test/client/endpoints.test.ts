import t from 'tap';
import { Endpoints, openPool } from '../../client/src/endpoints.ts';

const URLS = ['http://a.test', 'https://b.test:8443/under/', 'http://c.test:7420'];
const begin = (urls: readonly string[] = URLS) => {
  const endpoints = new Endpoints(urls, openPool);
  const here = (): string => endpoints.current.origin;
  return { endpoints, here };
};

t.test('they are used in their order, each until it fails, and round again', async (t) => {
  const { endpoints, here } = begin();
  const seen = [here()];
  for (let failures = 0; failures < 3; failures += 1) {
    endpoints.moveOnFrom(endpoints.current);
    seen.push(here());
  }
  t.same(seen, ['http://a.test', 'https://b.test:8443', 'http://c.test:7420', 'http://a.test']);
});

t.test('a late failure of one that was left already moves nobody', async (t) => {
  const { endpoints, here } = begin();
  const first = endpoints.current;
  endpoints.moveOnFrom(first);
  endpoints.moveOnFrom(first);
  t.equal(here(), 'https://b.test:8443');
});

t.test('one with another store is passed over; when there is no other, the last one stays', async (t) => {
  const { endpoints, here } = begin();
  const first = endpoints.current;
  endpoints.moveOnFrom(first);
  endpoints.current.foreign = true;
  t.equal(endpoints.usableCount, 2);
  endpoints.moveOnFrom(endpoints.current);
  t.equal(here(), 'http://c.test:7420');
  first.foreign = true;
  endpoints.current.foreign = true;
  endpoints.moveOnFrom(endpoints.current);
  t.equal(here(), 'http://c.test:7420');
  t.equal(endpoints.usableCount, 0);
});

t.test('who waits at a dead endpoint is cut; who came after it was asked is not; nobody is where there is no other', async (t) => {
  const { endpoints } = begin();
  const dead = endpoints.current;
  const before = dead.waits;
  endpoints.cutWaits(dead, before, new Error('found dead'));
  t.match(before.signal.reason, { message: 'found dead' });
  const after = dead.waits;
  t.equal(after.signal.aborted, false);
  endpoints.cutWaits(dead, before, new Error('a second that was asked at the same time'));
  t.equal(after.signal.aborted, false);
  t.equal(dead.waits, after, 'and can be cut in its turn');
  endpoints.moveOnFrom(dead);
  endpoints.cutWaits(dead, after, new Error('found dead when all had gone on but those who waited'));
  t.equal(after.signal.aborted, true);
  const alone = begin(['http://a.test']).endpoints;
  alone.cutWaits(alone.current, alone.current.waits, new Error('silent'));
  t.equal(alone.current.waits.signal.aborted, false);
});

t.test('base URLs that are none are named', async (t) => {
  for (const [baseUrl, why] of [['nowhere', /http or https/], ['ftp://x', /http or https/], ['http://u:p@x', /name or a password/], ['http://x?a=1', /query/]] as const) {
    t.throws(() => begin(['http://a.test', baseUrl]), { code: 'request-invalid', message: why }, baseUrl);
  }
  t.throws(() => begin([]), { code: 'request-invalid' });
});

t.test('one that is given twice is refused, however it is written; one host under two paths is two', async (t) => {
  for (const twice of ['http://A.test:80', 'http://a.test/', 'http://a.test//']) t.throws(() => begin([...URLS, twice]), { code: 'request-invalid', message: /http:\/\/a\.test twice/ }, twice);
  t.equal(begin(['http://a.test/one', 'http://a.test/two/']).endpoints.usableCount, 2);
});

import t from 'tap';
import { leasePath } from '../../client/src/session-path.ts';

const decoded = (path: string): string => {
  const segment = path.slice('/v1/leases/'.length);
  return segment.startsWith('~') ? Buffer.from(segment.slice(1), 'base64url').toString() : decodeURIComponent(segment);
};

t.test('a plain key stays readable', async (t) => {
  t.equal(leasePath('agent:main:feishu:oc_1'), '/v1/leases/agent%3Amain%3Afeishu%3Aoc_1');
  t.equal(leasePath('s', '/renew'), '/v1/leases/s/renew');
});

t.test('a key that proxies would mangle, or that begins with ~, goes as base64url', async (t) => {
  for (const key of ['a/b', '../x', 'a..b', '~a', 'a%2Fb', 'a?b', 'a#b', 'a\\b', 'a;b']) {
    const path = leasePath(key);
    t.match(path, /^\/v1\/leases\/~[A-Za-z0-9_-]+$/, key);
    t.equal(decoded(path), key);
  }
});

t.test('any other key comes back as it was', async (t) => {
  for (const key of ['ü', '🎉', 'a b', '{tag}', '__proto__', '...', 'x'.repeat(512), 'ü'.repeat(256)]) t.equal(decoded(leasePath(key)), key, key.slice(0, 20));
});

t.test('what no service takes is refused here, with the reason', async (t) => {
  const refusals: [string, RegExp][] = [
    ['', /empty/],
    ['.', /"\."/],
    ['..', /"\.\."/],
    ['a\nb', /control/],
    ['a\u0080', /control/],
    ['a\ud800', /surrogates/],
    ['x'.repeat(513), /512 bytes/],
    ['ü'.repeat(257), /512 bytes/],
  ];
  for (const [key, reason] of refusals) t.throws(() => leasePath(key), { code: 'session-invalid', message: reason }, JSON.stringify(key.slice(0, 5)));
  t.throws(() => leasePath(7 as unknown as string), { code: 'session-invalid' });
});

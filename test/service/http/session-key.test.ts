// Session keys as callers write them: what is refused, and with which words; what is taken, and as which name.
import fc from 'fast-check';
import t from 'tap';
import { keyFault, keyOfPath } from '../../../service/src/http/session-key.ts';
import { buildTestApp } from '../../support/build-app.ts';
import { acquire, call, leaseIdOf } from '../../support/inject.ts';
import { listeningApp } from '../../support/listening-app.ts';
import { parseAnswer, RawHttp } from '../../support/raw-http.ts';

const tilde = (bytes: string | Buffer): string => `~${Buffer.from(bytes as string).toString('base64url')}`;

const { app } = await buildTestApp(t);

const put = (segment: string) =>
  call(app, { method: 'PUT', url: `/v1/leases/${segment}`, leaseId: leaseIdOf('a'), body: { holder: 'a' } });

const refused = (name: string, segment: string, detail: string): void => {
  t.test(`${name} is refused`, async (t) => {
    t.match((await put(segment)).json(), { status: 400, code: 'session-invalid', detail, retryable: false });
  });
};

const taken = (name: string, segment: string, key: string): void => {
  t.test(`${name} is a name like any other`, async (t) => {
    const answer = await put(segment);
    t.ok(answer.statusCode === 201 || answer.statusCode === 200, 'granted, or granted before under another spelling');
    t.equal(answer.json().session, key);
  });
};

const MALFORMED = 'The address must be percent-encoded UTF-8: after "%" come two hexadecimal digits.';

refused('an empty key', '', 'session: must not be empty');
refused('an empty key in the ~ form', '~', 'session: must not be empty');
refused('a key of 513 bytes', 'k'.repeat(513), 'session: must be at most 512 bytes of UTF-8');
refused('a key of 257 characters and 514 bytes', encodeURIComponent('é'.repeat(257)), 'session: must be at most 512 bytes of UTF-8');
refused('a key of 513 bytes in the ~ form', tilde('k'.repeat(513)), 'session: must be at most 512 bytes of UTF-8');
refused('a key as long as an address may be', 'k'.repeat(12_000), 'session: must be at most 512 bytes of UTF-8');
refused('a line feed', 'a%0Ab', 'session: must not contain a control character');
refused('a NUL', '%00', 'session: must not contain a control character');
refused('a DEL', '%7F', 'session: must not contain a control character');
refused('a C1 control character', '%C2%85', 'session: must not contain a control character');
refused('a control character in the ~ form', tilde('a\tb'), 'session: must not contain a control character');
refused('an unpaired surrogate', '%ED%A0%80', MALFORMED);
refused('an unpaired surrogate in the ~ form', tilde(Buffer.from([0xed, 0xa0, 0x80])), 'session: after "~" must be the base64url of UTF-8');
refused('"." in the ~ form', tilde('.'), 'session: must not be "." or ".."');
refused('".." in the ~ form', tilde('..'), 'session: must not be "." or ".."');
refused('a malformed percent sign', '%zz', MALFORMED);
refused('a percent sign at the end', 'a%', MALFORMED);
refused('half a percent-encoding', 'a%4', MALFORMED);
refused('bytes that are not UTF-8', '%FF', MALFORMED);
refused('an overlong encoding of a slash', '%C0%AF', MALFORMED);
refused('a plain key that begins with a tilde', '~agent:main', 'session: after "~" must be base64url, canonical and without padding');
refused('a padded ~ form', `~${Buffer.from('a').toString('base64')}`, 'session: after "~" must be base64url, canonical and without padding');
refused('a ~ form with stray bits', '~YR', 'session: after "~" must be base64url, canonical and without padding');
refused('a ~ form in the other alphabet', '~Pz8_Pz8%2F', 'session: after "~" must be base64url, canonical and without padding');

taken('a key of 512 bytes', 'k'.repeat(512), 'k'.repeat(512));
taken('a key of 512 bytes, each percent-encoded', '%C3%A9'.repeat(256), 'é'.repeat(256));
taken('a key of 512 bytes in the ~ form', tilde('k'.repeat(512)), 'k'.repeat(512));
taken('"../"', '..%2F', '../');
taken('"../../etc/passwd"', '..%2F..%2Fetc%2Fpasswd', '../../etc/passwd');
taken('a slash in the ~ form', tilde('a/b'), 'a/b');
taken('"{tag}"', '{tag}', '{tag}');
taken('"{tag}", percent-encoded', '%7Btag%7D', '{tag}');
taken('"__proto__"', '__proto__', '__proto__');
taken('"constructor"', 'constructor', 'constructor');
taken('"..."', '...', '...');
taken('a percent-encoded slash', 'a%2Fb', 'a/b');
taken('a percent sign that is encoded', '%2541', '%41');
taken('a tilde in the ~ form', tilde('~agent'), '~agent');
taken('a tilde in the midst', 'a~b', 'a~b');
taken('an astral character', '%F0%9F%98%80', '😀');
taken('a plus sign', 'a+b', 'a+b');
taken('a space', 'a%20b', 'a b');
taken('a question mark and a hash', 'a%3Fb%23c', 'a?b#c');

t.test('"." and ".." in a path are refused as they stand, and a slash ends the name', async (t) => {
  // A real socket: clients that normalise paths never send these.
  const { port } = await listeningApp(t);
  const ask = async (path: string) => {
    const socket = await RawHttp.open(port);
    socket.send(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
    return parseAnswer(await socket.untilClosed());
  };
  for (const path of ['/v1/leases/.', '/v1/leases/..', '/v1/leases/%2e', '/v1/leases/%2E%2E', '/v1/leases/../fence?token=1']) {
    t.match(await ask(path), { status: 400, body: { code: 'session-invalid', detail: 'session: must not be "." or ".."' } }, path);
  }
  for (const path of ['/v1/leases/../', '/v1/leases/a/b', '/v1/leases/../../etc/passwd']) t.match(await ask(path), { status: 404, body: { code: 'not-found' } }, path);
  t.match(await ask('/v1/leases//fence?token=1'), { status: 400, body: { code: 'session-invalid', detail: 'session: must not be empty' } });
});

const anyKey = fc
  .oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), fc.string({ unit: fc.constantFrom('%', '2', 'F', '/', '~', '.', 'é', '{', '+'), minLength: 1, maxLength: 20 }))
  .filter((key) => keyFault(key) === undefined);

t.test('every good key comes back as it was, in both forms, and names one session', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyKey, async (key) => {
      if (!key.startsWith('~')) {
        const plain = await call(app, { url: `/v1/leases/${encodeURIComponent(key)}` });
        if (plain.json().session !== key) throw new Error(`${JSON.stringify(key)} came back as ${plain.body}`);
      }
      const encoded = await call(app, { url: `/v1/leases/${tilde(key)}` });
      if (encoded.json().session !== key) throw new Error(`${JSON.stringify(key)} came back as ${encoded.body}`);
    }),
    { numRuns: 300 },
  );
  await acquire(app, 'one', 'a');
  t.match((await call(app, { url: `/v1/leases/${tilde('one')}` })).json(), { session: 'one', held: true });
});

t.test('whatever a path holds, it is a good key or a refusal', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (segment) => {
        try {
          return keyFault(keyOfPath(segment)) === undefined;
        } catch (error) {
          return (error as { code?: string }).code === 'session-invalid';
        }
      }),
    ),
  );
});

// What counts as a body.
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { call, inspect, leaseIdOf } from '../../../support/inject.ts';

const url = '/v1/leases/s';
const leaseId = leaseIdOf('a');

const { app } = await buildTestApp(t);

const refused = (name: string, payload: string | Buffer, expected: object, headers: Record<string, string> = { 'content-type': 'application/json' }): void => {
  t.test(`${name} is refused`, async (t) => {
    const answer = await app.inject({ method: 'PUT', url, payload, headers: { 'lease-id': leaseId, ...headers } });
    t.match(answer.json(), expected);
    t.match((await inspect(app, 's')).json(), { held: false });
  });
};

const good = '{"holder":"a"}';
const malformed = { status: 400, code: 'json-malformed' };
const unsupported = { status: 415, code: 'media-type-unsupported', detail: 'Send the header "Content-Type: application/json".' };

refused('half a body', '{"holder":', malformed);
refused('what is not JSON', 'holder=a', malformed);
refused('JSON with a comment', '{"holder":"a"} // me', malformed);
refused('bytes that are not UTF-8', Buffer.concat([Buffer.from('{"holder":"'), Buffer.from([0xff]), Buffer.from('"}')]), { ...malformed, detail: 'The body must be well-formed JSON in UTF-8.' });
refused('a member named __proto__', '{"holder":"a","__proto__":{"x":1}}', { ...malformed, detail: 'The body must be well-formed JSON, without a member named __proto__.' });
refused('__proto__ in metadata', '{"holder":"a","metadata":{"__proto__":{"x":1}}}', malformed);
refused('an escaped __proto__', '{"holder":"a","metadata":{"\\u005f_proto__":{"x":1}}}', malformed);
refused('a prototype by way of constructor', '{"holder":"a","metadata":{"constructor":{"prototype":{"x":1}}}}', malformed);
refused('another content type', good, unsupported, { 'content-type': 'text/plain' });
refused('a form', 'holder=a', unsupported, { 'content-type': 'application/x-www-form-urlencoded' });
refused('a kind of JSON that is another', good, unsupported, { 'content-type': 'application/merge-patch+json' });
refused('no content type', good, unsupported, { 'content-type': '' });
refused('a compressed body', good, { status: 415, code: 'media-type-unsupported', detail: 'Send the body without a Content-Encoding.' }, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
refused('no body', '', { status: 400, code: 'request-invalid', detail: 'The body must be a JSON object' });
refused('a body of 65537 bytes', JSON.stringify({ holder: 'a', x: '' }).padEnd(65_537), { status: 413, code: 'body-too-large', detail: 'The body must be at most 65536 bytes.' });
refused('a body as deep as it can be', '['.repeat(60_000), malformed);
refused('a good body as deep as it can be', '['.repeat(30_000) + ']'.repeat(30_000), { status: 400, code: 'request-invalid', detail: 'The body must be a JSON object' });

t.test('a charset, and the largest body, are taken', async (t) => {
  const largest = good.padEnd(65_536);
  const answer = await app.inject({ method: 'PUT', url, payload: largest, headers: { 'lease-id': leaseId, 'content-type': 'application/json; charset=utf-8' } });
  t.equal(answer.statusCode, 201);
  t.strictSame({}.constructor, Object);
});

t.test('heartbeats have a limit of their own, and deep ones are refused too', async (t) => {
  const post = (body: string) => call(app, { method: 'POST', url: '/v1/heartbeats', body });
  t.equal((await post('{"leases":[]}'.padEnd(2_097_152))).statusCode, 200);
  t.match((await post('{"leases":[]}'.padEnd(2_097_153))).json(), { status: 413, code: 'body-too-large', detail: 'The body must be at most 2097152 bytes.' });
  t.match((await post('['.repeat(1_000_000) + ']'.repeat(1_000_000))).json(), { status: 400, detail: 'The body must be a JSON object' });
  t.match((await post(`{"leases":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`)).json(), { status: 400, detail: 'leases[0]: must be a JSON object' });
});

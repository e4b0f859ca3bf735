// GET /openapi.json, GET /openapi.yaml, GET /
import { parse } from 'yaml';
import t from 'tap';
import { buildTestApp } from '../../../support/build-app.ts';
import { call } from '../../../support/inject.ts';

t.test('the document is served as JSON and as YAML, and both say the same', async (t) => {
  const { app } = await buildTestApp(t, { bounds: { ttlMsMin: 5, ttlMsMax: 6 } });
  const json = await call(app, { url: '/openapi.json' });
  const yaml = await call(app, { url: '/openapi.yaml' });
  t.match(json.headers['content-type'], /^application\/json/);
  t.match(yaml.headers['content-type'], /^application\/yaml/);
  t.strictSame(parse(yaml.body), json.json());
  t.match(json.json(), { openapi: '3.1.0', components: { schemas: { AcquireRequest: { properties: { ttlMs: { minimum: 5, maximum: 6 } } } } } }, 'with the limits of this instance');
});

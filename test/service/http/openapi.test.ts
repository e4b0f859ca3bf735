// openapi.yaml: generated, current, complete, and true by its own schemas.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { parse } from 'yaml';
import { generated } from '../../../scripts/generated.ts';
import { STATUSES } from '../../../service/src/http/problem.ts';
import type { ErrorCode } from '../../../service/src/session/errors.ts';
import { buildTestApp } from '../../support/build-app.ts';

interface Media {
  readonly schema: { readonly $ref?: string };
  readonly example?: unknown;
  readonly examples?: Record<string, { readonly $ref: string }>;
}
interface Content {
  readonly description: string;
  readonly content?: Record<string, Media>;
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: object; readonly example?: unknown }[];
  readonly requestBody?: Content & { readonly required: boolean };
  readonly responses: Record<string, Content>;
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object>; readonly examples: Record<string, { readonly value: { readonly code: string; readonly status: number } }> };
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const document = parse(await readFile(`${root}openapi.yaml`, 'utf8')) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ method, path, operation })));

t.test('what is committed is what the routes say: run "npm run generate" after a change', async (t) => {
  for (const { file, text } of await generated()) t.equal(await readFile(file, 'utf8'), text, file.slice(root.length));
});

t.test('it passes the lint', async (t) => {
  const redocly = `${root}node_modules/@redocly/cli/bin/cli.js`;
  const { stderr } = await promisify(execFile)(process.execPath, [redocly, 'lint', 'openapi.yaml'], { cwd: root, env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } });
  t.match(stderr, /Your API description is valid/);
  t.notMatch(stderr, /\d+ (warnings?|errors?)/);
});

t.test('every operation that it describes is served', async (t) => {
  const { app } = await buildTestApp(t);
  for (const { method, path } of operations) {
    t.ok(app.hasRoute({ method: method.toUpperCase() as 'GET', url: path.replaceAll(/\{(\w+)\}/g, ':$1') }), `${method} ${path}`);
  }
  t.strictSame(operations.map(({ operation }) => operation.operationId).sort(), [
    'acquireLease',
    'askToYield',
    'checkFencingToken',
    'checkHealth',
    'checkReadiness',
    'describeService',
    'discardReply',
    'explainProblem',
    'inspectSession',
    'listLeases',
    'listReplies',
    'listSessionReplies',
    'parkReply',
    'readReply',
    'recordAttempt',
    'releaseLease',
    'renewLease',
    'replayReply',
    'revokeLease',
    'scrapeMetrics',
    'sendHeartbeats',
    'watchEvents',
  ]);
});

t.test('every operation has a summary, a tag, and examples of its request and of each answer', async (t) => {
  for (const { method, path, operation } of operations) {
    const name = `${method} ${path}`;
    t.ok(operation.summary && operation.tags.length === 1, name);
    for (const media of Object.values(operation.requestBody?.content ?? {})) t.ok(media.example, `${name}: request`);
    for (const { name: parameter, in: where, required, example } of operation.parameters ?? []) {
      if (required) t.ok(example, `${name}: ${where} ${parameter}`);
    }
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      t.ok(description && description !== 'Default Response', `${name}: ${status} is described`);
      if (status === '204') continue;
      for (const media of Object.values(content ?? {})) t.ok(media.example ?? Object.keys(media.examples ?? {}).length > 0, `${name}: ${status} has an example`);
      t.ok(Object.keys(content ?? {}).length === 1, `${name}: ${status} has one media type`);
    }
  }
});

/** What an operation can always answer, by what it is asked with. */
const errorsByKind = (method: string, path: string, { parameters = [], requestBody, responses }: Operation): string[] => [
  'request-invalid',
  ...(path.startsWith('/v1') ? ['unauthorized', 'internal'] : []),
  ...(/^\/v1\/(leases|heartbeats|replies)/.test(path) ? ['store-unavailable'] : []),
  ...(parameters.some(({ name }) => name === 'session') ? ['session-invalid'] : []),
  ...(parameters.some(({ name }) => name === 'Lease-Id') ? ['lease-id-invalid'] : []),
  ...(requestBody ? ['json-malformed', 'body-too-large', 'media-type-unsupported'] : []),
  ...(parameters.some(({ name }) => name === 'replyId') && method !== 'put' ? ['reply-unknown'] : []),
  ...('409' in responses && path.startsWith('/v1/leases') ? ['lease-held'] : []),
];

t.test('every error stands under its status, and those of its kind stand with every operation', async (t) => {
  for (const { method, path, operation } of operations) {
    const shown = Object.entries(operation.responses).flatMap(([status, { content }]) =>
      Object.keys(content?.['application/problem+json']?.examples ?? {}).map((code) => ({ status: Number(status), code: code as ErrorCode })),
    );
    for (const { status, code } of shown) t.equal(status, STATUSES[code], `${method} ${path}: ${code}`);
    const missing = errorsByKind(method, path, operation).filter((code) => !shown.some((error) => error.code === code));
    t.strictSame(missing, [], `${method} ${path}`);
  }
});

t.test('every example is valid by its schema', async (t) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'uri-reference': true } });
  ajv.addSchema({ $id: 'document', components: document.components });
  const judge = (name: string, schema: object, example: unknown): void => {
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/')) as object;
    const validate = ajv.compile(absolute);
    t.ok(validate(example), `${name} ${JSON.stringify(validate.errors ?? [])}`);
  };
  let judged = 0;
  for (const { method, path, operation } of operations) {
    const contents = [['request', operation.requestBody] as const, ...Object.entries(operation.responses)];
    for (const [place, content] of contents) {
      for (const { schema, example, examples } of Object.values(content?.content ?? {})) {
        const all = [...(example === undefined ? [] : [example]), ...Object.values(examples ?? {}).map(({ $ref }) => document.components.examples[$ref.split('/').at(-1)!]!.value)];
        for (const one of all) judge(`${method} ${path} ${place}`, schema, one);
        judged += all.length;
      }
    }
    for (const { name, schema, example } of operation.parameters ?? []) if (example !== undefined) judge(`${method} ${path} ${name}`, schema, example);
  }
  t.ok(judged > 100, `${judged} examples of bodies`);
  for (const [code, { value }] of Object.entries(document.components.examples)) t.match(value, { code, status: STATUSES[code as ErrorCode] }, code);
});

/** `openapi.yaml`: made of the route schemas, with what a schema has no place for added here. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { stringify } from 'yaml';
import type { Scope } from '../access/scopes.ts';
import { ERRORS, type ErrorCode } from '../session/errors.ts';
import { PROBLEM_TYPE, saysWhen, STATUSES } from './problem.ts';
import { problemExample } from './problem-examples.ts';
import { PROBLEM_SCHEMAS } from './schemas/problems.ts';

const DESCRIPTION = `Fenced, renewable leases on chat sessions.

A client mints a lease id, takes a lease with it, renews it while the turn lasts, and releases it. Every grant has a fencing token, larger than all before: a resource that
compares it refuses late writes of a former holder. A finished reply is parked, also under a lease that has ended, until it is delivered. Times are durations in milliseconds. Every answer carries \`Holdfast-Store\`. Errors are problem documents (RFC 9457);
tell them apart by \`code\`. A request that is malformed below HTTP, too slow (\`request-timeout\`) or has too large headers (\`headers-too-large\`) is answered so as well.`;

const TAGS = [
  { name: 'leases', description: 'Take, keep, give back and look at leases.' },
  { name: 'replies', description: 'Keep finished replies, take them to deliver, and say what came of it.' },
  { name: 'events', description: 'What happens to sessions, as it happens.' },
  { name: 'operations', description: 'For operators: ask for a session, or take it.' },
  { name: 'service', description: 'The service itself.' },
];

const PROBLEM_EXAMPLES = Object.fromEntries((Object.keys(ERRORS) as ErrorCode[]).map((code) => [code, { summary: ERRORS[code].title, value: problemExample(code) }]));

type Transform = NonNullable<FastifyDynamicSwaggerOptions['transform']>;
type OpenApi = NonNullable<FastifyDynamicSwaggerOptions['openapi']>;

/** What the problem of any of these codes is made of. */
const schemaOf = (codes: readonly ErrorCode[]): object => {
  const refs = [...new Set(codes.map((code) => PROBLEM_SCHEMAS[code] ?? 'Problem'))].map((name) => ({ $ref: `${name}#` }));
  return refs.length === 1 ? refs[0]! : { anyOf: refs };
};

/** The problem answers of an operation: one for each status, with an example for each code. */
const problemResponses = (codes: readonly ErrorCode[]): Record<string, unknown> => {
  const byStatus = Map.groupBy(codes, (code) => STATUSES[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join(' '),
        content: {
          [PROBLEM_TYPE]: {
            schema: schemaOf(group),
            // Named here, and made references once the resolver of schemas is through.
            examples: Object.fromEntries(group.map((code) => [code, {}])),
          },
        },
      },
    ]),
  );
};

/** A key with one of these scopes; or none, where none is needed. */
const securityOf = (scopes: readonly Scope[]): { apiKey?: Scope[] }[] => [...(scopes.length === 0 ? [{ apiKey: [] }] : scopes.map((scope) => ({ apiKey: [scope] }))), {}];

const addProblems: Transform = ({ schema, url, route }) => {
  if (!schema || schema.hide) return { schema, url };
  const { errors = [], scopes } = route.config ?? {};
  const response = { ...(schema.response as Record<string, unknown>), ...problemResponses(errors) };
  return { schema: { ...schema, response, ...(scopes && { security: securityOf(scopes) }) }, url };
};

interface Media {
  schema?: { $ref?: string };
  example?: unknown;
  examples?: Record<string, { $ref?: string }>;
}
interface Content {
  content?: Record<string, Media>;
  headers?: Record<string, unknown>;
  required?: boolean;
}
interface Operation {
  requestBody?: Content;
  responses: Record<string, Content>;
  'x-body-optional'?: boolean;
}

/** The example of a named schema stands with the request or answer that is made of it, and each problem's with the operation that can give it. */
const addExample = (media: Media, schemas: Record<string, { examples?: unknown[] }>): void => {
  for (const [code, example] of Object.entries(media.examples ?? {})) example.$ref = `#/components/examples/${code}`;
  const name = media.schema?.$ref?.split('/').at(-1);
  const example = name === undefined ? undefined : schemas[name]?.examples?.[0];
  if (example !== undefined) media.example = example;
};

const codesOf = ({ content }: Content): ErrorCode[] => Object.keys(content?.[PROBLEM_TYPE]?.examples ?? {}) as ErrorCode[];

const complete = (operation: Operation, schemas: Record<string, { examples?: unknown[] }>): void => {
  const answers = Object.values(operation.responses);
  for (const answer of answers) answer.headers = { 'Holdfast-Store': { $ref: '#/components/headers/HoldfastStore' } };
  for (const answer of answers) {
    if (codesOf(answer).some(saysWhen)) answer.headers = { ...answer.headers, 'Retry-After': { $ref: '#/components/headers/RetryAfter' } };
  }
  for (const content of [operation.requestBody, ...answers]) for (const media of Object.values(content?.content ?? {})) addExample(media, schemas);
  if (operation.requestBody && operation['x-body-optional']) operation.requestBody.required = false;
  delete operation['x-body-optional'];
};

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, { examples?: unknown[] }>; examples: Record<string, unknown> };
}

/** In the order in which a person reads it: what it is, what can be asked, of what the answers are made. */
const inReadingOrder = (document: object): object => {
  const { openapi, info, servers, tags, security, paths, components } = document as Record<string, unknown>;
  return { openapi, info, servers, tags, security, paths, components };
};

const completeDocument = (document: object): object => {
  const { paths, components } = document as Document;
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  for (const operation of operations) complete(operation, components.schemas);
  // They have moved to where they are used.
  for (const schema of Object.values(components.schemas)) delete schema.examples;
  const used = operations.flatMap(({ responses }) => Object.values(responses).flatMap(codesOf));
  components.examples = Object.fromEntries(Object.entries(PROBLEM_EXAMPLES).filter(([code]) => used.includes(code as ErrorCode)));
  return inReadingOrder(document);
};

export const openApiOptions = (version: string): FastifyDynamicSwaggerOptions => ({
  openapi: {
    openapi: '3.1.0',
    info: { title: 'Holdfast', version, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } as NonNullable<OpenApi['info']>['license'] },
    servers: [{ url: '/', description: 'This instance.' }],
    tags: TAGS,
    // No key is needed where none is set.
    security: [{ apiKey: [] }, {}],
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'A key of the key file, or the static key of `HOLDFAST_API_KEY`, where one is set. An operation names the scopes of which the key needs one: `lease`, `preempt` (a yield with a grace, besides), `replies`, `read`, `admin`.' } },
      headers: {
        HoldfastStore: { description: 'Names the state behind this instance.', schema: { type: 'string' }, example: 'st_5c1f9e0a7b34' },
        RetryAfter: { description: 'Whole seconds after which to try again.', schema: { type: 'integer', minimum: 1 }, example: 1 },
      },
    },
  },
  convertConstToEnum: false,
  refResolver: { buildLocalReference: (json, _baseUri, _fragment, index) => (typeof json['$id'] === 'string' ? json['$id'] : `schema-${index}`) },
  transform: addProblems,
  transformObject: (given) => completeDocument('openapiObject' in given ? given.openapiObject : given.swaggerObject) as ReturnType<NonNullable<FastifyDynamicSwaggerOptions['transformObject']>>,
});

/** The document of a ready app, as the text of `openapi.yaml`. */
export const openApiYaml = (app: FastifyInstance): string => stringify(app.swagger(), { lineWidth: 0, aliasDuplicateObjects: false });

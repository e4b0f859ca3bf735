/** Query strings are read to the letter: what is not well-formed is refused, and numbers are numbers only in their plain decimal form, truths only as `true` and `false`. */
import type { FastifyPluginAsync, FastifyRequest, preValidationHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { HoldfastError } from '../../session/errors.ts';

const PLAIN_INTEGER = /^(?:0|[1-9][0-9]{0,15})$/;

interface QuerySchema {
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>;
}

const checkEncoding = (request: FastifyRequest): void => {
  const { url = '' } = request.raw;
  const start = url.indexOf('?');
  if (start === -1) return;
  try {
    decodeURIComponent(url.slice(start + 1));
  } catch (cause) {
    throw new HoldfastError('request-invalid', 'The query string must be percent-encoded UTF-8.', { cause });
  }
};

type Reader = (text: string) => unknown;

/** How a parameter of each type is written. What is written otherwise stays text, which the schema refuses by name. */
const READERS: Readonly<Record<string, Reader>> = {
  integer: (text) => (PLAIN_INTEGER.test(text) ? Number(text) : text),
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : text),
};

const readValues = (query: Record<string, unknown>, readers: readonly (readonly [string, Reader])[]): void => {
  for (const [name, read] of readers) {
    const text = query[name];
    if (typeof text === 'string') query[name] = read(text);
  }
};

const strictQuery: FastifyPluginAsync = async (app) => {
  app.addHook('onRoute', (route) => {
    const { properties } = (route.schema?.querystring ?? {}) as QuerySchema;
    if (properties === undefined || Object.keys(properties).length === 0) return;
    const readers = Object.entries(properties).flatMap(([name, { type = '' }]): [string, Reader][] => {
      const reader = READERS[type];
      return reader ? [[name, reader]] : [];
    });
    const read: preValidationHookHandler = (request, _reply, done) => {
      checkEncoding(request);
      readValues(request.query as Record<string, unknown>, readers);
      done();
    };
    route.preValidation = [read, ...[route.preValidation ?? []].flat()];
  });
};

export default fp(strictQuery, { name: 'strict-query', dependencies: ['problems'] });

/** Query strings are read to the letter: what is not well-formed is refused, and numbers are numbers only in their plain decimal form. */
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

/** Turns the named parameters into numbers; what is no plain integer stays text, which the schema refuses by name. */
const readIntegers = (query: Record<string, unknown>, names: readonly string[]): void => {
  for (const name of names) {
    const text = query[name];
    if (typeof text === 'string' && PLAIN_INTEGER.test(text)) query[name] = Number(text);
  }
};

const strictQuery: FastifyPluginAsync = async (app) => {
  app.addHook('onRoute', (route) => {
    const { properties } = (route.schema?.querystring ?? {}) as QuerySchema;
    const names = Object.entries(properties ?? {}).filter(([, { type }]) => type === 'integer');
    if (properties === undefined || Object.keys(properties).length === 0) return;
    const integers = names.map(([name]) => name);
    const read: preValidationHookHandler = (request, _reply, done) => {
      checkEncoding(request);
      readIntegers(request.query as Record<string, unknown>, integers);
      done();
    };
    route.preValidation = [read, ...[route.preValidation ?? []].flat()];
  });
};

export default fp(strictQuery, { name: 'strict-query', dependencies: ['problems'] });

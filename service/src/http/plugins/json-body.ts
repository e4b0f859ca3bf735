/** Bodies are JSON in UTF-8, and nothing else is read. */
import { isUtf8 } from 'node:buffer';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { HoldfastError } from '../../session/errors.ts';

const jsonBody: FastifyPluginAsync = async (app) => {
  // Names like __proto__ are refused wherever they stand.
  const parse = app.getDefaultJsonParser('error', 'error');

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') done(new HoldfastError('media-type-unsupported', 'Send the body without a Content-Encoding.'));
    else if (body.length === 0) done(null, undefined);
    else if (isUtf8(body)) parse(request, body.toString(), done);
    else done(new HoldfastError('json-malformed', 'The body must be well-formed JSON in UTF-8.'));
  });
};

export default fp(jsonBody, { name: 'json-body', dependencies: ['problems'] });

/** `GET /openapi.json` and `GET /openapi.yaml`: what this instance can do, for machines. */
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { openApiYaml } from '../openapi.ts';

const hidden = { schema: { hide: true } };

const documentRoutes: FastifyPluginAsync = async (app) => {
  // The document does not change while the service runs: its text is made once, by whoever asks first.
  let json: string | undefined;
  let yaml: string | undefined;
  app.get('/openapi.json', hidden, (_request, reply) => reply.type('application/json').send((json ??= JSON.stringify(app.swagger()))));
  app.get('/openapi.yaml', hidden, (_request, reply) => reply.type('application/yaml').send((yaml ??= openApiYaml(app))));
};

export default fp(documentRoutes, { name: 'document-routes', dependencies: ['documentation', 'problems'] });

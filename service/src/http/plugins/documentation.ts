/** Describes the routes as they are registered, and shows them in Swagger UI to try out. Registered before the routes. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { openApiOptions } from '../openapi.ts';
import type { HttpParts } from '../parts.ts';

const documentation: FastifyPluginAsync<Pick<HttpParts, 'version'>> = async (app, { version }) => {
  await app.register(swagger, openApiOptions(version));
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { docExpansion: 'list', tryItOutEnabled: true, displayRequestDuration: true },
    theme: { title: 'Holdfast API' },
    logLevel: 'warn',
  });
};

export default fp(documentation, { name: 'documentation', dependencies: ['problems', 'schemas'] });

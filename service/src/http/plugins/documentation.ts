/** Describes the routes as they are registered. Registered before the routes; the page that shows them is one of the pages for people. */
import swagger from '@fastify/swagger';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { openApiOptions } from '../openapi.ts';
import type { HttpParts } from '../parts.ts';

const documentation: FastifyPluginAsync<Pick<HttpParts, 'version'>> = async (app, { version }) => {
  await app.register(swagger, openApiOptions(version));
};

export default fp(documentation, { name: 'documentation', dependencies: ['problems', 'schemas'] });

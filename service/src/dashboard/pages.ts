/** The pages for people: the dashboard and Swagger UI, under headers that let a page load nothing but what this service serves. */
import helmet from '@fastify/helmet';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyPluginAsync } from 'fastify';
import type { HttpParts } from '../http/parts.ts';
import assets from './assets.ts';
import pageAccess from './page-access.ts';
import dashboard from './routes.ts';

const SELF = ["'self'"];

export const pages: FastifyPluginAsync<HttpParts & { readonly isSecure: boolean }> = async (app, parts) => {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: SELF,
        // Swagger UI draws with inline styles and images of its own.
        styleSrc: [...SELF, "'unsafe-inline'"],
        imgSrc: [...SELF, 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: SELF,
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: parts.isSecure,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
  await app.register(pageAccess, parts);
  await app.register(assets);
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { docExpansion: 'list', tryItOutEnabled: true, displayRequestDuration: true },
    theme: { title: 'Holdfast API' },
    logLevel: 'warn',
  });
  await app.register(dashboard, parts);
};

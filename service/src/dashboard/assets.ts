/** What the pages are made of besides HTML: from this package and from two others, all served by this service. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';

const require = createRequire(import.meta.url);
const ours = (name: string): string => readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');
const theirs = (path: string): string => readFileSync(require.resolve(path), 'utf8');

const SCRIPT = 'text/javascript; charset=utf-8';
const ASSETS = {
  'dashboard.css': { type: 'text/css; charset=utf-8', read: () => ours('dashboard.css') },
  'dashboard.js': { type: SCRIPT, read: () => ours('dashboard.js') },
  'icon.svg': { type: 'image/svg+xml', read: () => ours('icon.svg') },
  'htmx.js': { type: SCRIPT, read: () => theirs('htmx.org/dist/htmx.min.js') },
  'sse.js': { type: SCRIPT, read: () => theirs('htmx-ext-sse/dist/sse.min.js') },
} as const;

const assets: FastifyPluginAsync = async (app) => {
  for (const [name, { type, read }] of Object.entries(ASSETS)) {
    const text = read();
    app.get(`/dashboard/assets/${name}`, { schema: { hide: true } }, async (_request, reply) => reply.type(type).header('cache-control', 'max-age=3600').send(text));
  }
};

export default fp(assets, { name: 'dashboard-assets' });

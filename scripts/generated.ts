/** The files that are generated, as text: `scripts/generate.ts` writes them, a test compares them with what is committed. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTypes, { astToString } from 'openapi-typescript';
import { parse } from 'yaml';
import { buildApp } from '../service/src/app.ts';
import { systemClock } from '../service/src/clock.ts';
import { TTL_MS_MAX_DEFAULT, TTL_MS_MIN_DEFAULT } from '../service/src/config.ts';
import { openApiYaml } from '../service/src/http/openapi.ts';
import type { LeaseStore } from '../service/src/session/store.ts';
import type { LeaseIdHash, PayloadHash } from '../service/src/session/types.ts';

const inRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const versionOfService = (): string => (JSON.parse(readFileSync(inRoot('service/package.json'), 'utf8')) as { version: string }).version;

const WIRE_HEADER = '// Generated from openapi.yaml by `npm run generate`. Do not edit.\n\n';
const OPENAPI_HEADER = '# Generated from the route schemas of the service by `npm run generate`. Do not edit.\n';

const neverAsked = (): never => {
  throw new Error('the routes are described here, and none is called');
};
const storeOfNothing: LeaseStore = {
  kind: 'embedded',
  storeId: 'st_none',
  acceptedRisks: [],
  usage: { of: neverAsked, namespaces: [], oldestWaitMs: neverAsked, oldestReplyMs: neverAsked },
  lossesSeen: 0,
  apply: neverAsked,
  renewAll: neverAsked,
  list: neverAsked,
  readReply: neverAsked,
  listReplies: neverAsked,
  listen: () => {},
  checks: neverAsked,
  close: async () => {},
};

/** The document for the default settings. */
const documentText = async (): Promise<string> => {
  const app = await buildApp({
    store: storeOfNothing,
    clock: systemClock,
    hashLeaseId: (leaseId) => leaseId as string as LeaseIdHash,
    hashPayload: (_contentType, payload) => payload as PayloadHash,
    instanceId: 'generate',
    bounds: { ttlMsMin: TTL_MS_MIN_DEFAULT, ttlMsMax: TTL_MS_MAX_DEFAULT },
    version: versionOfService(),
  });
  await app.ready();
  try {
    return OPENAPI_HEADER + openApiYaml(app);
  } finally {
    await app.close();
  }
};

export const generated = async (): Promise<readonly { readonly file: string; readonly text: string }[]> => {
  const document = await documentText();
  const wire = astToString(await openapiTypes(parse(document)));
  return [
    { file: inRoot('openapi.yaml'), text: document },
    { file: inRoot('client/src/generated/wire.ts'), text: WIRE_HEADER + wire },
  ];
};

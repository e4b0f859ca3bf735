/** What a schema has against a request, in plain English: the member, and its limit. */
import type { FastifySchemaValidationError } from 'fastify';
import { LEASE_ID_PATTERN, NAME_PATTERN, TEXT_PATTERN } from './schemas/fields.ts';
import { CONTENT_TYPE_PATTERN, REPLY_ID_PATTERN } from './schemas/reply-fields.ts';

/** Nothing is coerced, removed or filled in: what the caller sent is what is judged. `verbose` keeps the limits beside the error. */
export const AJV_OPTIONS = { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: false, verbose: true, strict: true } as const;

const PATTERN_SENTENCES: Readonly<Record<string, string>> = {
  [LEASE_ID_PATTERN]: 'must be 22 to 128 of A-Z, a-z, 0-9, _ and -',
  [REPLY_ID_PATTERN]: 'must be 1 to 128 of A-Z, a-z, 0-9, ".", "_", "~" and "-", and not "." or ".."',
  [CONTENT_TYPE_PATTERN]: 'must be a media type in visible ASCII, such as "text/plain; charset=utf-8"',
  [NAME_PATTERN]: 'must not contain a control character or an unpaired surrogate',
  [TEXT_PATTERN]: 'must not contain an unpaired surrogate',
};

interface Limits {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** `/leases/3/leaseId` as `leases[3].leaseId`. */
const memberName = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((name, step) => (/^[0-9]+$/.test(step) ? `${name}[${step}]` : name === '' ? step : `${name}.${step}`), '');

const lengths = ({ minLength = 0, maxLength, pattern }: Limits): string => {
  if (pattern === LEASE_ID_PATTERN) return PATTERN_SENTENCES[pattern]!.replace('must be ', '');
  return minLength > 0 ? `${minLength} to ${maxLength} characters` : `at most ${maxLength} characters`;
};

const wrongType = (limits: Limits, where: Where): string => {
  if (where === 'querystring' && limits.type === 'string') return 'must be given once';
  switch (limits.type) {
    case 'integer':
      return `must be an integer from ${limits.minimum} to ${limits.maximum}`;
    case 'string':
      return limits.maxLength === undefined && limits.pattern !== LEASE_ID_PATTERN ? 'must be a string' : `must be a string of ${lengths(limits)}`;
    case 'boolean':
      return 'must be true or false';
    case 'array':
      return `must be an array of at most ${limits.maxItems}`;
    default:
      return 'must be a JSON object';
  }
};

const sentence = (keyword: string, limits: Limits, where: Where): string => {
  switch (keyword) {
    case 'type':
      return wrongType(limits, where);
    case 'minimum':
    case 'maximum':
      return `must be from ${limits.minimum} to ${limits.maximum}`;
    case 'minLength':
    case 'maxLength':
      return `must be ${lengths(limits)}`;
    case 'maxItems':
      return `must have at most ${limits.maxItems} items`;
    case 'enum':
      return `must be one of ${limits.enum?.join(', ')}`;
    case 'pattern':
      return PATTERN_SENTENCES[limits.pattern ?? ''] ?? 'is not of the right form';
    default:
      return `breaks the rule "${keyword}"`;
  }
};

export type Where = 'body' | 'querystring' | 'params' | 'headers';

/** The first fault, as one sentence. Values are never repeated in it: one of them may be a secret. */
export const validationFault = (error: FastifySchemaValidationError & { parentSchema?: unknown }, where: Where): string => {
  const limits = (error.parentSchema ?? {}) as Limits;
  const parent = memberName(error.instancePath);
  const within = (name: unknown): string => (parent === '' ? String(name) : `${parent}.${String(name)}`);
  switch (error.keyword) {
    case 'additionalProperties': {
      const known = Object.keys(limits.properties ?? {}).join(', ');
      const kind = where === 'querystring' ? 'query parameter' : 'member';
      return `${within(error.params['additionalProperty'])}: unknown ${kind}; ${known === '' ? 'none is taken here' : `known are ${known}`}`;
    }
    case 'required':
      return `${within(error.params['missingProperty'])}: is required`;
    default:
      return `${parent === '' ? 'The body' : `${parent}:`} ${sentence(error.keyword, limits, where)}`;
  }
};

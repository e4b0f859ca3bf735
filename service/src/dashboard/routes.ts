/** The dashboard: its page, the pieces that are drawn anew, and what can be done on it. Each piece asks the same use cases as the API. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Scope } from '../access/scopes.ts';
import { audit } from '../http/audit.ts';
import { EventStreams } from '../http/event-streams.ts';
import type { HttpParts } from '../http/parts.ts';
import { needScope } from '../http/plugins/authentication.ts';
import { refusalError } from '../http/refusals.ts';
import { keyFault } from '../http/session-key.ts';
import { HoldfastError } from '../session/errors.ts';
import { NAME_CHARS_MAX, REASON_CHARS_MAX } from '../session/limits.ts';
import type { SessionName } from '../session/store.ts';
import type { ReplyId, SessionKey } from '../session/types.ts';
import { Changes } from './changes.ts';
import { html } from './html.ts';
import { overviewOf } from './overview.ts';
import { dashboardPage } from './page.ts';
import { commandOf, replyPanel, sessionPanel, type Action } from './panel.ts';
import { overviewParts } from './parts.ts';

const EVENTS_SHOWN = 20;
const hidden = { schema: { hide: true } };

const ACTIONS: Readonly<Record<Action['name'], { readonly label: string; readonly effect: string; readonly scopes: readonly Scope[] }>> = {
  yield: { label: 'Ask to yield', effect: 'The holder is asked to give the session up. It keeps it until it does.', scopes: ['lease', 'admin'] },
  revoke: { label: 'Revoke', effect: 'The lease ends now. Its holder may go on until it notices; a resource that checks the fencing token refuses it.', scopes: ['admin'] },
  replay: { label: 'Replay', effect: 'The reply is due now, with its whole life before it. It may reach its receiver a second time.', scopes: ['admin'] },
  discard: { label: 'Discard', effect: 'Nobody will get the reply. It is remembered for seven days, and can be replayed until then.', scopes: ['admin'] },
};

const textIn = (given: unknown, name: string): string => {
  const value = (given as Record<string, unknown> | undefined)?.[name];
  if (typeof value !== 'string') throw new HoldfastError('request-invalid', `${name}: is needed`);
  return value;
};

const sessionIn = (given: unknown, name: string): SessionKey => {
  const key = textIn(given, name);
  const fault = keyFault(key);
  if (fault !== undefined) throw new HoldfastError('session-invalid', `${name}: ${fault}`);
  return key as SessionKey;
};

const reasonIn = (body: unknown): string => {
  const reason = textIn(body, 'reason').trim();
  if (reason === '' || reason.length > REASON_CHARS_MAX) throw new HoldfastError('request-invalid', `reason: must be 1 to ${REASON_CHARS_MAX} characters`);
  return reason;
};

const mayDo = ({ access }: FastifyRequest, name: Action['name']): boolean => ACTIONS[name].scopes.some((scope) => access.scopes.has(scope));

const actionsFor = (request: FastifyRequest, names: readonly Action['name'][], session: string, replyId?: string): readonly Action[] =>
  names.filter((name) => mayDo(request, name)).map((name) => ({ name, label: ACTIONS[name].label, effect: ACTIONS[name].effect, command: commandOf(name, session, replyId) }));

/** Who acts here, as the holder is told. */
const actor = ({ access: { keyId } }: FastifyRequest): string => `dashboard${keyId === undefined ? '' : ` (${keyId})`}`.slice(0, NAME_CHARS_MAX);

const dashboard: FastifyPluginAsync<HttpParts> = async (app, { leases, events, store, metrics, clock, version, access, eventStreamsMax }) => {
  const overviewFor = async ({ namespace }: FastifyRequest) => overviewParts(await overviewOf({ leases, events, usage: store.usage, staleIn: (name) => metrics.staleIn(name) }, namespace));

  const sessionFor = async (request: FastifyRequest, key: SessionKey, told?: string) => {
    const { namespace } = request;
    const view = await leases.run({ namespace, key }, { kind: 'inspect' });
    const names = view.held ? (['yield', 'revoke'] as const) : [];
    return sessionPanel(key, view, events.recent(namespace, key).slice(-EVENTS_SHOWN).toReversed(), actionsFor(request, names, key), told);
  };

  const replyFor = async (request: FastifyRequest, name: SessionName, replyId: ReplyId, told?: string) => {
    const found = await leases.run(name, { kind: 'inspect-reply', replyId });
    if (found.kind !== 'reply') throw refusalError(found);
    const mayReveal = request.access.scopes.has('replies') || request.access.scopes.has('admin');
    const { state } = found.reply;
    const names = state === 'sending' || state === 'delivered' ? [] : state === 'superseded' ? (['replay'] as const) : (['replay', 'discard'] as const);
    return replyPanel(name.key, found.reply, actionsFor(request, names, name.key, replyId), mayReveal, told);
  };

  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))));
  app.addHook('onSend', async (_request, reply) => void (reply.hasHeader('cache-control') || reply.header('cache-control', 'no-store')));

  app.get('/', hidden, async (request, reply) => {
    const { namespace, keyId } = request.access;
    return reply.type('text/html; charset=utf-8').send(dashboardPage(await overviewFor(request), { namespace, keyId, version }));
  });

  const fragment = 'text/html; charset=utf-8';
  app.get('/dashboard/overview', hidden, async (request, reply) => reply.type(fragment).send((await overviewFor(request)).text));

  app.get('/dashboard/session', hidden, async (request, reply) => reply.type(fragment).send((await sessionFor(request, sessionIn(request.query, 'key'))).text));

  app.get('/dashboard/reply', hidden, async (request, reply) => {
    const key = sessionIn(request.query, 'key');
    return reply.type(fragment).send((await replyFor(request, { namespace: request.namespace, key }, textIn(request.query, 'reply') as ReplyId)).text);
  });

  app.get('/dashboard/payload', hidden, async (request, reply) => {
    needScope(request, ['replies', 'admin']);
    const key = sessionIn(request.query, 'key');
    const read = await leases.readReply({ namespace: request.namespace, key }, textIn(request.query, 'reply') as ReplyId);
    if (read.kind !== 'reply') throw refusalError(read);
    return reply.type(fragment).send(read.payload === undefined ? html`<p class="empty">It is delivered, and not kept any more.</p>`.text : html`<pre>${read.payload}</pre>`.text);
  });

  const streams = new EventStreams(clock, eventStreamsMax);
  app.addHook('preClose', async () => streams.close());
  app.get('/dashboard/events', hidden, async (request, reply) => {
    streams.checkRoom();
    const changes = new Changes(clock);
    const unwatch = events.watch(request.namespace, () => changes.happened());
    streams.add(changes, { onClose: unwatch, isAllowed: () => access.isInForce(request.access) });
    return reply.header('content-type', 'text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no').send(changes);
  });

  app.post('/dashboard/actions/:name', hidden, async (request, reply) => {
    const { name } = request.params as { name: string };
    if (!Object.hasOwn(ACTIONS, name)) throw new HoldfastError('not-found', `There is no action ${name}.`);
    const action = name as Action['name'];
    needScope(request, ACTIONS[action].scopes);
    const key = sessionIn(request.body, 'session');
    const reason = reasonIn(request.body);
    const session: SessionName = { namespace: request.namespace, key };
    reply.type(fragment).header('hx-trigger', 'refresh');
    if (action === 'yield') {
      const asked = await leases.run(session, { kind: 'yield', by: actor(request), reason });
      if (asked.kind !== 'asked') throw refusalError(asked);
      audit(request, action, { session: key, holder: asked.holder, reason });
      return reply.send((await sessionFor(request, key, `${asked.holder} is asked to yield.`)).text);
    }
    if (action === 'revoke') {
      const revoked = await leases.run(session, { kind: 'revoke' });
      if (revoked.kind !== 'revoked') throw refusalError(revoked);
      audit(request, action, { session: key, holder: revoked.holder, fencingToken: revoked.fencingToken, by: actor(request), reason });
      return reply.send((await sessionFor(request, key, `The lease of ${revoked.holder} is revoked.`)).text);
    }
    const replyId = textIn(request.body, 'reply') as ReplyId;
    const told = await leases.run(session, { kind: action, replyId, reason });
    if (told.kind !== 'reply') throw refusalError(told);
    audit(request, action, { session: key, replyId, reason });
    return reply.send((await replyFor(request, session, replyId, `The reply is ${told.reply.state}.`)).text);
  });
};

export default fp(dashboard, { name: 'dashboard', dependencies: ['page-access', 'problems'] });

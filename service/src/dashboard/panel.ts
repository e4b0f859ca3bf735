/** What is shown of one session or one reply, with what can be done about it. */
import type { SessionView } from '../session/commands.ts';
import type { LoggedEvent } from '../session/event-log.ts';
import type { ReplyView } from '../session/replies/commands.ts';
import { size, span } from './figures.ts';
import { html, type Html } from './html.ts';

export interface Action {
  readonly name: 'yield' | 'revoke' | 'replay' | 'discard';
  readonly label: string;
  /** What it does, for whoever is about to do it. */
  readonly effect: string;
  readonly command: string;
}

/** A word as a shell takes it for itself. */
const quoted = (word: string): string => (/^[A-Za-z0-9_.:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

export const commandOf = (name: Action['name'], session: string, replyId = ''): string => {
  const reason = `--reason '…'`;
  if (name === 'yield' || name === 'revoke') return `holdfast ${name} ${quoted(session)} ${reason}`;
  return `holdfast replies ${name} ${quoted(session)} ${quoted(replyId)} ${reason}`;
};

const actionForm = ({ name, label, effect, command }: Action, session: string, replyId: string | undefined): Html =>
  html`<details class="action"><summary>${label}</summary>
<form hx-post="/dashboard/actions/${name}" hx-target="#panel">
<input type="hidden" name="session" value="${session}">${replyId !== undefined && html`<input type="hidden" name="reply" value="${replyId}">`}
<p>${effect}</p>
<label>Reason <input name="reason" required maxlength="512" autocomplete="off"></label>
<button>${label}</button>
<p>The same by hand: <code>${command}</code></p>
</form></details>`;

const previous = ({ previous: before }: SessionView): Html | false =>
  before !== undefined && html`<p>Before: ${before.holder}, token ${before.fencingToken}, ${before.endedBecause} ${span(before.endedMsAgo)} ago.</p>`;

const eventLine = ({ event }: LoggedEvent): Html => {
  const detail = 'endedBecause' in event ? event.endedBecause : 'replyId' in event ? `${event.replyId} ${event.state}` : '';
  return html`<li><b>${event.type}</b> ${event.holder}, token ${event.fencingToken} ${detail}</li>`;
};

export const sessionPanel = (session: string, view: SessionView, events: readonly LoggedEvent[], actions: readonly Action[], told = ''): Html =>
  html`<h2 tabindex="-1">${session}</h2>${told !== '' && html`<p class="told" role="status">${told}</p>`}
${view.held ? html`<p>Held by <b>${view.holder}</b> for ${span(view.heldForMs ?? 0)}, token ${view.fencingToken}; last renewed ${span(view.lastRenewedMsAgo ?? 0)} ago.</p>` : html`<p>Nobody holds it.</p>`}
${previous(view)}
${view.waiters.length > 0 && html`<h3>Waiters</h3><ol>${view.waiters.slice(0, 20).map(({ holder, waitedMs, background }) => html`<li>${holder}, for ${span(waitedMs)}${background && ', in the background'}</li>`)}</ol>`}
${actions.map((action) => actionForm(action, session, undefined))}
<h3>Last events</h3>${events.length === 0 ? html`<p class="empty">None that this instance remembers.</p>` : html`<ol class="events">${events.map(eventLine)}</ol>`}`;

export const replyPanel = (session: string, reply: ReplyView, actions: readonly Action[], mayReveal: boolean, told = ''): Html => {
  const query = `key=${encodeURIComponent(session)}&reply=${encodeURIComponent(reply.replyId)}`;
  return html`<h2 tabindex="-1">${session} · ${reply.replyId}</h2>${told !== '' && html`<p class="told" role="status">${told}</p>`}
<dl><dt>state</dt><dd>${reply.state}${reply.maybeDelivered && ', may have arrived'}</dd>
<dt>parked</dt><dd>${span(reply.parkedMsAgo)} ago by ${reply.holder}, token ${reply.fencingToken}</dd>
<dt>in the transcript</dt><dd>${reply.committed ? 'yes' : 'no'}</dd>
<dt>attempts</dt><dd>${reply.attempts}</dd>
${reply.lastError !== undefined && html`<dt>last error</dt><dd>${reply.lastError}</dd>`}
${reply.reason !== undefined && html`<dt>reason</dt><dd>${reply.reason}</dd>`}
${reply.dueInMs !== undefined && html`<dt>next attempt</dt><dd>${reply.dueInMs === 0 ? 'now' : html`in ${span(reply.dueInMs)}`}</dd>`}</dl>
<div id="payload">${mayReveal ? html`<button hx-get="/dashboard/payload?${query}" hx-target="#payload">Show the text (${size(reply.payloadBytes)})</button>` : html`<p class="empty">Its text needs the scope replies or admin.</p>`}</div>
${actions.map((action) => actionForm(action, session, reply.replyId))}`;
};

/** The pieces of the dashboard that are drawn anew whenever something has changed. */
import { size, span } from './figures.ts';
import { html, type Html } from './html.ts';
import { ROWS_MAX, type GatewayRow, type Overview, type ReplyRow, type SessionRow } from './overview.ts';

interface Tile {
  readonly name: string;
  readonly figure: string;
  readonly more: string;
  /** Whether somebody should look. */
  readonly isBad: boolean;
}

/** Those that somebody should look at come first. */
const tilesOf = ({ usage, longestWaitMs, late, takeovers, staleVerdicts }: Overview): readonly Tile[] => {
  const undelivered = usage.parked + usage.sending + usage.unknown;
  const tiles: Tile[] = [
    { name: 'dead replies', figure: String(usage.dead), more: 'refused, or too old', isBad: usage.dead > 0 },
    { name: 'late heartbeats', figure: String(late), more: 'holders that may be gone', isBad: late > 0 },
    { name: 'undelivered replies', figure: String(undelivered), more: `${usage.unknown} unknown · ${size(usage.bytes)} kept`, isBad: usage.unknown > 0 },
    { name: 'waiters', figure: String(usage.waiters), more: `longest ${span(longestWaitMs)}`, isBad: longestWaitMs > 60_000 },
    { name: 'takeovers', figure: String(takeovers), more: 'as far as the log reaches', isBad: false },
    { name: 'stale refusals', figure: String(staleVerdicts), more: 'since this instance started', isBad: false },
    { name: 'live leases', figure: String(usage.leases), more: 'sessions that are held', isBad: false },
  ];
  return tiles.toSorted((a, b) => Number(b.isBad) - Number(a.isBad));
};

const tile = ({ name, figure, more, isBad }: Tile): Html =>
  html`<li class="${isBad ? 'tile bad' : 'tile'}" data-tile="${name}"><span class="figure">${figure}</span> <span class="name">${name}</span> <span class="more">${more}</span></li>`;

/** The bar moves by itself between two looks: the page's script counts it down. By its id a button keeps the focus when it is drawn anew. */
const sessionRow = ({ session, view, isLate, longestWaitMs }: SessionRow): Html => {
  const { holder, fencingToken, heldForMs = 0, ttlMs = 1, remainingMs = 0, waiters, yieldRequest, parkedReplies } = view;
  return html`<tr class="${isLate ? 'late' : ''}" data-session="${session}">
<td><button id="session-${encodeURIComponent(session)}" class="plain" hx-get="/dashboard/session?key=${encodeURIComponent(session)}" hx-target="#panel">${session}</button></td>
<td>${holder}</td>
<td class="number">${fencingToken}</td>
<td>${span(heldForMs)}</td>
<td><progress max="${ttlMs}" value="${remainingMs}" data-left-ms="${remainingMs}" aria-label="TTL left"></progress> <span data-left>${span(remainingMs)}</span>${isLate && html` <b class="bad">late</b>`}</td>
<td>${waiters.length > 0 && html`${waiters.length}, longest ${span(longestWaitMs)}`}</td>
<td>${yieldRequest && html`by ${yieldRequest.by}${yieldRequest.remainingMs !== undefined && html`, ends in ${span(yieldRequest.remainingMs)}`}`}</td>
<td>${parkedReplies > 0 && parkedReplies}</td>
</tr>`;
};

const sessions = ({ sessions: rows, isCut, usage }: Overview): Html =>
  html`<section aria-labelledby="sessions-title"><h2 id="sessions-title">Sessions</h2>
${isCut && html`<p>The worst ${ROWS_MAX} of the first 1,000 of ${usage.leases}.</p>`}
${rows.length === 0 ? html`<p class="empty">Nobody holds a session.</p>` : html`<div class="wide"><table><thead><tr><th>session</th><th>holder</th><th>token</th><th>held for</th><th>TTL left</th><th>waiters</th><th>asked to yield</th><th>replies</th></tr></thead><tbody>${rows.map(sessionRow)}</tbody></table></div>`}</section>`;

const gatewayRow = ({ holder, leases, lastSeenMsAgo, late }: GatewayRow): Html =>
  html`<tr class="${late > 0 ? 'late' : ''}"><td>${holder}</td><td>${leases}</td><td>${span(lastSeenMsAgo)} ago</td><td>${late > 0 && late}</td></tr>`;

const gateways = ({ gateways: rows }: Overview): Html | false =>
  rows.length > 0 && html`<section aria-labelledby="gateways-title"><h2 id="gateways-title">Gateways</h2><div class="wide"><table><thead><tr><th>holder</th><th>leases</th><th>last seen</th><th>late</th></tr></thead><tbody>${rows.map(gatewayRow)}</tbody></table></div></section>`;

const replyRow = ({ session, reply }: ReplyRow): Html => {
  const query = `key=${encodeURIComponent(session)}&reply=${encodeURIComponent(reply.replyId)}`;
  return html`<tr class="${reply.state === 'dead' ? 'late' : ''}" data-reply="${session}/${reply.replyId}">
<td>${reply.state}</td>
<td><button id="reply-${query}" class="plain" hx-get="/dashboard/reply?${query}" hx-target="#panel">${session} · ${reply.replyId}</button></td>
<td>${reply.lastError ?? reply.reason}</td>
<td>${reply.attempts}</td>
<td>${span(reply.parkedMsAgo)}</td>
<td>${reply.dueInMs !== undefined && (reply.dueInMs === 0 ? 'now' : html`in ${span(reply.dueInMs)}`)}</td>
</tr>`;
};

const replies = ({ replies: rows }: Overview): Html =>
  html`<section aria-labelledby="replies-title"><h2 id="replies-title">Replies</h2>
${rows.length === 0 ? html`<p class="empty">Every reply has reached its receiver.</p>` : html`<div class="wide"><table><thead><tr><th>state</th><th>reply</th><th>reason</th><th>attempts</th><th>age</th><th>next attempt</th></tr></thead><tbody>${rows.map(replyRow)}</tbody></table></div>`}</section>`;

export const overviewParts = (overview: Overview): Html =>
  html`<ul class="tiles">${tilesOf(overview).map(tile)}</ul>${sessions(overview)}${replies(overview)}${gateways(overview)}`;

// What the dashboard makes of what stands in a namespace: the worst first, and gateways by when they were last seen.
import t from 'tap';
import { gatewaysOf, isLate, worstFirst, type SessionRow } from '../../../service/src/dashboard/overview.ts';
import { size, span } from '../../../service/src/dashboard/figures.ts';
import { html, Html } from '../../../service/src/dashboard/html.ts';
import { commandOf } from '../../../service/src/dashboard/panel.ts';
import type { SessionView } from '../../../service/src/session/commands.ts';
import type { SessionKey } from '../../../service/src/session/types.ts';

const view = (more: Partial<SessionView> = {}): SessionView => ({ kind: 'session', held: true, holder: 'a', ttlMs: 30_000, remainingMs: 20_000, lastRenewedMsAgo: 10_000, waiters: [], parkedReplies: 0, ...more });
const row = (session: string, more: Partial<SessionRow> = {}): SessionRow => ({ session: session as SessionKey, view: view(), isLate: false, longestWaitMs: 0, ...more });

t.test('a heartbeat is late half a third after it was due', async (t) => {
  t.equal(isLate(view({ lastRenewedMsAgo: 15_000 })), false);
  t.equal(isLate(view({ lastRenewedMsAgo: 15_001 })), true);
});

t.test('late ones first, then those that are waited for longest, then those with the least time', async (t) => {
  const rows = [row('plain'), row('short', { view: view({ remainingMs: 1 }) }), row('waited', { longestWaitMs: 5 }), row('waited longer', { longestWaitMs: 6 }), row('late', { isLate: true })];
  t.strictSame(rows.toSorted(worstFirst).map(({ session }) => session), ['late', 'waited longer', 'waited', 'short', 'plain']);
});

t.test('a gateway was last seen with its newest renewal', async (t) => {
  const rows = [row('1', { view: view({ holder: 'a', lastRenewedMsAgo: 9 }) }), row('2', { view: view({ holder: 'a', lastRenewedMsAgo: 3 }), isLate: true }), row('3', { view: view({ holder: 'b', lastRenewedMsAgo: 50 }) })];
  t.strictSame(gatewaysOf(rows), [{ holder: 'b', leases: 1, lastSeenMsAgo: 50, late: 0 }, { holder: 'a', leases: 2, lastSeenMsAgo: 3, late: 1 }]);
});

t.test('spans and sizes are short', async (t) => {
  t.strictSame([0, 9_949, 10_000, 119_999, 120_000, 7_199_999, 7_200_000, 172_799_999, 172_800_000].map(span), ['0.0 s', '9.9 s', '10 s', '119 s', '2 min', '119 min', '2 h', '47 h', '2 d']);
  t.strictSame([0, 1_023, 1_024, 1_048_575, 1_048_576].map(size), ['0 B', '1023 B', '1.0 KiB', '1024.0 KiB', '1.0 MiB']);
});

t.test('what is put into HTML is text, unless it is HTML', async (t) => {
  t.equal(html`<p title="${'"x"'}">${'<b>'}${html`<i>${1}</i>`}${undefined}${false}${['&', new Html('<br>')]}</p>`.text, '<p title="&quot;x&quot;">&lt;b&gt;<i>1</i>&amp;<br></p>');
});

t.test('the command is one that a shell takes as it stands', async (t) => {
  t.equal(commandOf('revoke', 'agent:main:demo'), "holdfast revoke agent:main:demo --reason '…'");
  t.equal(commandOf('replay', "it's; rm -rf", 'r1'), "holdfast replies replay 'it'\\''s; rm -rf' r1 --reason '…'");
});

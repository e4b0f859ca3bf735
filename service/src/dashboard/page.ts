/** The page around everything: one for the dashboard, one to sign in. */
import { html, type Html } from './html.ts';

/** Without a delay in settling, what is drawn anew can be clicked from the first moment. */
const CONFIG = JSON.stringify({ includeIndicatorStyles: false, allowEval: false, selfRequestsOnly: true, historyEnabled: false, defaultSettleDelay: 0, scrollIntoViewOnBoost: false });

export const page = (title: string, body: Html): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="htmx-config" content="${CONFIG}">
<title>${title}</title>
<link rel="icon" href="/dashboard/assets/icon.svg">
<link rel="stylesheet" href="/dashboard/assets/dashboard.css">
<script src="/dashboard/assets/htmx.js" defer></script>
<script src="/dashboard/assets/sse.js" defer></script>
<script src="/dashboard/assets/dashboard.js" defer></script>
</head>
<body>${body}</body>
</html>`.text;

export const signInPage = (): string =>
  page('Sign in – Holdfast', html`<main class="sign-in">
<h1>Holdfast</h1>
<p>These pages need an API key with the scope <code>read</code>. It is sent once, and this browser keeps a sign-in of twelve hours, not the key.</p>
<form id="sign-in">
<label for="key">API key</label>
<input id="key" type="password" autocomplete="off" required autofocus>
<button>Sign in</button>
<p id="refused" role="alert"></p>
</form>
</main>`);

export const dashboardPage = (live: Html, { namespace, keyId, version }: { readonly namespace: string; readonly keyId: string | undefined; readonly version: string }): string =>
  page('Holdfast', html`<a class="skip" href="#live">To the sessions</a>
<header>
<h1>Holdfast</h1>
<p>namespace <b>${namespace}</b>${keyId !== undefined && html`, key <b>${keyId}</b>`} · ${version}</p>
<nav><a href="/docs">API</a> <a href="/metrics">Metrics</a>${keyId !== undefined && html` <button id="sign-out" class="plain">Sign out</button>`}</nav>
<p id="connection" role="status"></p>
</header>
<main>
<div id="live" hx-ext="sse" sse-connect="/dashboard/events">
<div id="overview" hx-get="/dashboard/overview" hx-trigger="sse:changed, every 5s, refresh from:body" hx-swap="innerHTML">${live}</div>
</div>
<section id="panel" aria-live="polite"></section>
</main>`);

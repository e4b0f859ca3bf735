// What the page does by itself: counts the bars down, says when it has lost the service, signs in and out, shows errors.
'use strict';

const spanOf = (ms) => (ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.floor(ms / 1_000)} s`);

let drawnAt = performance.now();

const countDown = () => {
  const gone = performance.now() - drawnAt;
  for (const bar of document.querySelectorAll('progress[data-left-ms]')) {
    const left = Math.max(0, Number(bar.dataset.leftMs) - gone);
    bar.value = left;
    const words = bar.parentElement.querySelector('[data-left]');
    if (words && left < 120_000) words.textContent = spanOf(left);
  }
};

const say = (text) => {
  const line = document.getElementById('connection');
  if (line) line.textContent = text;
};

setInterval(countDown, 250);

// Were a button drawn anew between press and release, the click would reach nobody: what is new waits for the release.
let isPressed = false;
let isOld = false;

const release = () => setTimeout(() => {
  isPressed = false;
  if (isOld) window.htmx.trigger(document.body, 'refresh');
  isOld = false;
});

document.addEventListener('pointerdown', () => { isPressed = true; });
document.addEventListener('pointerup', release);
document.addEventListener('pointercancel', release);
window.addEventListener('blur', release);

document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  if (detail.target.id !== 'overview' || !isPressed) return;
  detail.shouldSwap = false;
  isOld = true;
});

document.addEventListener('htmx:afterSwap', ({ detail: { target } }) => {
  if (target.id === 'overview') {
    drawnAt = performance.now();
    say('');
  }
  if (target.id === 'panel') target.querySelector('h2')?.focus();
});

document.addEventListener('htmx:sendError', () => say('The service does not answer. What stands here is old.'));

document.addEventListener('htmx:responseError', ({ detail: { xhr, target } }) => {
  if (xhr.status === 401) return location.reload();
  let text = `The service answered ${xhr.status}.`;
  try {
    text = JSON.parse(xhr.responseText).detail;
  } catch {
    // What is no problem document has no words of its own.
  }
  if (target.id === 'overview') return say(text);
  const told = document.createElement('p');
  told.className = 'told bad';
  told.setAttribute('role', 'alert');
  told.textContent = text;
  target.querySelector('.told')?.remove();
  target.prepend(told);
});

document.getElementById('sign-in')?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const refused = document.getElementById('refused');
  refused.textContent = '';
  const key = document.getElementById('key').value;
  const answer = await fetch('/dashboard/sign-in', { method: 'POST', headers: { authorization: `Bearer ${key}` } }).catch(() => undefined);
  if (answer?.ok) return location.reload();
  refused.textContent = answer ? (await answer.json()).detail : 'The service does not answer.';
});

document.getElementById('sign-out')?.addEventListener('click', async () => {
  await fetch('/dashboard/sign-out', { method: 'POST' });
  location.reload();
});

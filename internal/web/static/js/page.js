// What every page can do with a script: show news as they come, without losing what somebody is reading or writing.
//
// A page marks what may change by itself with data-live and an id. When the server says that something is new, the page is asked for again and those parts are
// put in place of the old ones, except where the focus is. Nothing else changes, and without a script the page is the same, only still.

const self = document.querySelector('script[data-follow]');

async function refresh() {
  let answer;
  try {
    answer = await fetch(location.href, {headers: {'Truce-Part': 'live'}});
  } catch {
    return; // the link is broken; the next news will try again
  }
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const old of document.querySelectorAll('[data-live][id]')) {
    const now = fresh.getElementById(old.id);
    if (!now || now.innerHTML === old.innerHTML || old.contains(document.activeElement)) continue;
    const known = new Set([...old.querySelectorAll('[data-key]')].map((x) => x.dataset.key));
    const open = new Set([...old.querySelectorAll('details[open][id]')].map((x) => x.id));
    old.replaceChildren(...now.childNodes);
    for (const x of old.querySelectorAll('[data-key]')) if (!known.has(x.dataset.key)) x.dataset.new = '';
    for (const x of old.querySelectorAll('details[id]')) if (open.has(x.id)) x.open = true;
  }
  document.dispatchEvent(new CustomEvent('truce:refreshed'));
}

function follow() {
  let waiting = 0;
  const events = new EventSource('/api/events');
  const soon = (e) => {
    document.dispatchEvent(new CustomEvent('truce:news', {detail: {kind: e.type, data: e.data}}));
    if (!waiting) waiting = setTimeout(() => { waiting = 0; if (!document.hidden) refresh(); }, 1200);
  };
  for (const kind of (document.documentElement.dataset.kinds || 'observation positions outcome step statement query agreement notice media report').split(' ')) events.addEventListener(kind, soon);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
}

if (self && document.querySelector('[data-live]')) follow();
if ('serviceWorker' in navigator) navigator.serviceWorker.register('/sw.js').catch(() => {});

// What is long is asked for when it is unfolded; without a script a link stands there. Where the link is broken, the link stays.
document.addEventListener('toggle', async ({target}) => {
  if (!target.open || !target.dataset?.from) return;
  const r = await fetch(target.dataset.from).catch(() => null);
  const part = r?.ok && new DOMParser().parseFromString(await r.text(), 'text/html').querySelector('[data-part] .outcome');
  if (!part) return;
  delete target.dataset.from;
  target.lastElementChild.replaceChildren(...part.querySelector('div').childNodes);
}, true);

// What is wider than its place can be scrolled by keyboard too. Browsers do that by themselves by now; those that do not are told.
const scrollable = () => {
  for (const x of document.querySelectorAll('.scroll')) {
    if (x.scrollWidth > x.clientWidth) x.tabIndex = 0;
    else x.removeAttribute('tabindex');
  }
};
scrollable();
addEventListener('resize', scrollable);
document.addEventListener('truce:refreshed', scrollable);
document.addEventListener('toggle', scrollable, true);

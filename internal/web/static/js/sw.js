// Keeps what a page needs to be shown again on a broken link: its files, and an empty form for reports that names nobody. Pages with data are never kept.
const KEPT = 'truce-files-1';
const FORM = /^\/(en|ar|ru)\/report$/;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (e) => e.waitUntil(self.clients.claim()));

// keep fetches the empty form of a language with the files it loads.
async function keep(at) {
  const page = await fetch(`${at}/blank`, {credentials: 'omit'});
  if (!page.ok) return;
  const kept = await caches.open(KEPT);
  const text = await page.clone().text();
  const wanted = new Set([...text.matchAll(/["'](\/assets\/[^"']+|\/truce\.webmanifest)["']/g)].map((m) => new URL(m[1], location.origin).href));
  await Promise.all([...wanted].map(async (u) => (await kept.match(u)) || kept.add(u)));
  await kept.put(`${at}/blank`, page);
}

self.addEventListener('message', (e) => {
  if (e.data?.keep && FORM.test(new URL(e.data.keep, location.origin).pathname)) e.waitUntil(keep(e.data.keep).catch(() => {}));
});

self.addEventListener('fetch', (e) => {
  const at = new URL(e.request.url);
  if (e.request.method !== 'GET' || at.origin !== location.origin) return;
  if (at.pathname.startsWith('/assets/') || at.pathname === '/truce.webmanifest') {
    e.respondWith(caches.open(KEPT).then(async (c) => (await c.match(e.request)) || fetch(e.request).then((r) => { if (r.ok) c.put(e.request, r.clone()); return r; })));
  } else if (e.request.mode === 'navigate' && FORM.test(at.pathname)) {
    e.respondWith(fetch(e.request).catch(async () => (await (await caches.open(KEPT)).match(`${at.pathname}/blank`)) || Response.error()));
  }
});

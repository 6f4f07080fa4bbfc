// Keeps what a page needs to be shown again on a broken link: its files, and the form for reports. Pages with data are never kept.
const KEPT = 'truce-files-1';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (e) => e.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (e) => {
  const at = new URL(e.request.url);
  if (e.request.method !== 'GET' || at.origin !== location.origin) return;
  if (at.pathname.startsWith('/assets/')) {
    e.respondWith(caches.open(KEPT).then(async (c) => (await c.match(e.request)) || fetch(e.request).then((r) => { if (r.ok) c.put(e.request, r.clone()); return r; })));
  }
});

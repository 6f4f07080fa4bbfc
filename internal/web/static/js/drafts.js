// Drafts and reports that wait for a link, kept in this browser: not encrypted, and the page says so. One entry a report, by the id that the form was given; an
// entry holds the fields as [name, value] and the pictures. Its state is draft, queued, refused, signed-out, pictures (the report is acknowledged, its pictures
// are not all sent) or sent. Of one that is sent nothing is kept but the name of its record.
const open = () => new Promise((yes, no) => {
  const r = indexedDB.open('truce-reports', 1);
  r.onupgradeneeded = () => r.result.createObjectStore('reports', {keyPath: 'id'});
  r.onsuccess = () => yes(r.result);
  r.onerror = () => no(r.error);
});

async function use(mode, deed) {
  const db = await open();
  try {
    return await new Promise((yes, no) => {
      const t = db.transaction('reports', mode);
      const r = deed(t.objectStore('reports'));
      t.oncomplete = () => yes(r?.result);
      t.onerror = t.onabort = () => no(t.error);
    });
  } finally {
    db.close();
  }
}

export const all = async () => (await use('readonly', (s) => s.getAll())).sort((a, b) => b.at - a.at);
export const get = (id) => use('readonly', (s) => s.get(id));
export const put = (entry) => use('readwrite', (s) => s.put(entry));
export const drop = (id) => use('readwrite', (s) => s.delete(id));
export const clear = () => use('readwrite', (s) => s.clear());

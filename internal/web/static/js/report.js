// The form for reports with a script: fields that a kind of report does not need step back, drafts stay on this device, what cannot be sent waits for a link, and
// the report is judged as one types. Without it the same form is sent, checked and judged by the server.
const self = document.querySelector('script[data-drafts]');
const drafts = await import(self.dataset.drafts);
const form = document.getElementById('report');
const device = document.getElementById('device');
const say = (word) => device.dataset['say' + word.replace(/(^|-)(\w)/g, (_, __, c) => c.toUpperCase())] || '';
const PIECE = 256 * 1024;

// --- what is shown ---

function fit() {
  const kind = form.elements.observed.value;
  for (const x of form.querySelectorAll('[data-for]')) x.hidden = !x.dataset.for.split(' ').includes(kind);
  const place = form.elements.place.value;
  for (const x of form.querySelectorAll('[data-place]')) x.hidden = x.dataset.place !== place;
}

function more(name) {
  const rows = form.querySelector(`[data-rows="${name}"]`);
  const last = rows.lastElementChild;
  const n = rows.children.length;
  if (n >= 40) return null;
  const row = last.cloneNode(true);
  row.dataset.row = n;
  for (const x of row.querySelectorAll('[id],[name],[for]')) for (const a of ['id', 'name', 'for', 'aria-describedby']) if (x.hasAttribute(a)) x.setAttribute(a, x.getAttribute(a).replace(/-\d+/, `-${n}`));
  for (const x of row.querySelectorAll('input,select')) { x.value = ''; x.removeAttribute('aria-invalid'); }
  for (const x of row.querySelectorAll('.error')) { x.hidden = true; x.textContent = ''; x.dataset.bad = x.dataset.bad.replace(/-\d+$/, `-${n}`); }
  rows.append(row);
  return row;
}

for (const b of form.querySelectorAll('[data-more]')) {
  b.hidden = false;
  b.addEventListener('click', () => more(b.dataset.more)?.querySelector('input,select')?.focus());
}

const link = document.querySelector('[data-link]');
link.hidden = false;
function linked(yes) {
  link.querySelector('[data-online]').hidden = !yes;
  link.querySelector('[data-offline]').hidden = yes;
}

const locate = form.querySelector('[data-locate]');
if (navigator.geolocation) {
  locate.hidden = false;
  locate.addEventListener('click', () => navigator.geolocation.getCurrentPosition(({coords}) => {
    form.elements.at.value = `${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`;
    form.elements.error.value = Math.max(1, Math.ceil(2 * coords.accuracy)); // a device gives the radius that holds 68 of 100
    changed();
  }, () => { form.querySelector('[data-locate-bad]').textContent = say('no-place'); }, {enableHighAccuracy: true, timeout: 20000}));
}

// --- the fields as a list, and back ---

const fields = () => [...new FormData(form)].filter(([, v]) => typeof v === 'string');
const filled = () => fields().some(([k, v]) => v && !['draft', 'observed', 'place', 'zone', 'means', 'standing'].includes(k));

function fill(list) {
  form.reset();
  for (const [name] of list) {
    const m = /^(name|category)-(\d+)$/.exec(name);
    while (m && !form.elements[name] && more(m[1]));
  }
  for (const box of form.querySelectorAll('input[type="checkbox"]')) box.checked = false;
  for (const [name, value] of list) {
    const x = form.elements[name];
    if (!x) continue;
    if (x.type === 'checkbox') x.checked = true; else x.value = value;
  }
  fit();
}

const fresh = () => 'form-' + [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');

// --- judged as one types ---

let judging;
let waiting = 0;
async function judge() {
  judging?.abort();
  judging = new AbortController();
  try {
    const body = new URLSearchParams(fields());
    const r = await fetch(form.dataset.check, {method: 'POST', body, signal: judging.signal});
    linked(true);
    if (!r.ok) return;
    const page = new DOMParser().parseFromString(await r.text(), 'text/html');
    show(page, touched);
  } catch (e) {
    if (e.name !== 'AbortError') linked(false);
  }
}

// show takes what a page of the server says into this one: the judgement, and what is wrong with the fields that somebody has been at.
function show(page, only) {
  const now = page.getElementById('judged');
  const open = new Set([...document.querySelectorAll('#judged details[open][id]')].map((x) => x.id));
  document.getElementById('judged').replaceChildren(...now.childNodes);
  for (const x of document.querySelectorAll('#judged details[id]')) x.open = open.has(x.id);
  for (const x of form.querySelectorAll('[data-bad]')) {
    const says = page.getElementById(x.id)?.textContent || '';
    const field = form.elements[x.dataset.bad];
    if (only && !only.has(x.dataset.bad)) continue;
    x.textContent = says;
    x.hidden = !says;
    if (field?.setAttribute) {
      if (says) { field.setAttribute('aria-invalid', 'true'); field.setAttribute('aria-describedby', x.id); } else field.removeAttribute('aria-invalid');
    }
  }
}

const touched = new Set();
function changed() {
  fit();
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    if (!filled()) return;
    await keep('draft');
    judge();
  }, 700);
}
form.addEventListener('input', changed);
form.addEventListener('change', changed);
form.addEventListener('focusout', (e) => { if (e.target.name) touched.add(e.target.name.replace(/-(low|high)$/, '')); });

// --- drafts and the queue ---

const saved = form.querySelector('[data-saved]');
async function keep(state, tell) {
  const id = form.elements.draft.value;
  const before = await drafts.get(id).catch(() => null);
  if (before && !['draft', 'refused'].includes(before.state)) return before;
  const files = [...form.elements.pictures.files];
  const entry = {id, state, at: Date.now(), fields: fields(), files: files.length ? files : before?.files || [], title: title()};
  try {
    await drafts.put(entry);
    if (state === 'draft' && tell) saved.textContent = say('saved');
  } catch {
    return null; // this browser keeps nothing: the form still works
  }
  list();
  return entry;
}

function title() {
  const pick = (name) => form.elements[name]?.selectedOptions?.[0]?.textContent.trim();
  const kind = form.elements.observed.value === 'incident' && form.elements.what.value ? pick('what') : pick('observed');
  return [kind, form.elements.from.value.replace('T', ' ')].filter(Boolean).join(' · ');
}

async function list() {
  let entries = [];
  try { entries = await drafts.all(); } catch { return; }
  device.hidden = false;
  const rows = entries.map((e) => {
    const li = document.createElement('li');
    const name = document.createElement('span');
    if (e.record) {
      const a = document.createElement('a');
      a.href = device.dataset.receipt + e.record;
      a.textContent = e.record;
      a.className = 'id';
      name.append(a, ' ', e.title);
    } else name.textContent = e.title;
    const state = document.createElement('span');
    state.className = 'state tag' + (e.state === 'refused' ? ' late' : '');
    state.textContent = {draft: say('draft'), queued: say('queued'), sending: say('sending'), sent: say('sent'), refused: say('refused'), 'signed-out': say('signed-out'), pictures: say('pictures')}[e.state];
    li.append(name, state);
    const button = (word, deed) => {
      const b = document.createElement('button');
      b.type = 'button';
      b.className = 'link';
      b.textContent = word;
      b.setAttribute('aria-label', `${word}: ${e.title}`);
      b.addEventListener('click', deed);
      li.append(b);
    };
    if (['draft', 'refused'].includes(e.state) && e.id !== form.elements.draft.value) button(say('open'), () => { fill(e.fields); form.elements.draft.value = e.id; changed(); form.elements.observed.focus(); });
    button(say('delete'), async () => { await drafts.drop(e.id); list(); });
    return li;
  });
  device.querySelector('[data-list]').replaceChildren(...rows);
}

device.querySelector('[data-keep]').addEventListener('click', () => keep('draft', true));
device.querySelector('[data-forget]').addEventListener('click', async () => {
  await drafts.clear();
  list();
});

// send tries to send one entry. What it could not send stays as it is; sent twice it is the same record.
async function send(entry) {
  if (entry.state === 'queued' || entry.state === 'signed-out') {
    let r;
    try {
      r = await fetch(form.dataset.fresh, {method: 'POST', body: new URLSearchParams(entry.fields)});
    } catch {
      linked(false);
      return entry;
    }
    linked(true);
    const record = /\/report\/(r-[a-z0-9]+)/.exec(new URL(r.url).pathname)?.[1];
    if (r.ok && r.redirected && record) entry = {...entry, state: entry.files.length ? 'pictures' : 'sent', record};
    else if (r.status === 422) entry = {...entry, state: 'refused', page: await r.text()};
    else if (r.status === 403 || r.status === 401) entry = {...entry, state: 'signed-out'};
    else return entry;
  }
  if (entry.state === 'pictures') entry = await sendPictures(entry);
  const {page, ...rest} = entry;
  await drafts.put(entry.state === 'sent' ? {id: entry.id, state: 'sent', at: entry.at, title: entry.title, record: entry.record} : rest);
  return entry;
}

// sendPictures sends pictures piece by piece; each goes on from where the server says that it has it.
async function sendPictures(entry) {
  const ask = async (path, method, body, headers) => {
    const r = await fetch(path, {method, body, headers});
    if (!r.ok) throw Object.assign(new Error(r.statusText), {status: r.status});
    return r.status === 204 ? {} : r.json();
  };
  const json = {'Content-Type': 'application/json'};
  for (const [n, file] of entry.files.entries()) {
    if (entry.done?.[n]) continue;
    try {
      entry.uploads ||= {};
      if (!entry.uploads[n]) entry.uploads[n] = (await ask('/api/uploads', 'POST', JSON.stringify({name: file.name, size: file.size}), json)).id;
      const id = entry.uploads[n];
      let {offset} = await ask(`/api/uploads/${id}`, 'GET');
      while (offset < file.size) {
        ({offset} = await ask(`/api/uploads/${id}`, 'PATCH', file.slice(offset, offset + PIECE), {'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset)}));
      }
      await ask(`/api/uploads/${id}/deposit`, 'POST', JSON.stringify({about: [entry.record], tier: 'mechanism', simulated: entry.fields.some(([k]) => k === 'simulated')}), json);
      entry.done = {...entry.done, [n]: true};
      await drafts.put(entry);
    } catch (e) {
      if (e.status === 404) delete entry.uploads?.[n]; // given up on the server: begin it anew the next time
      await drafts.put(entry);
      return entry;
    }
  }
  return {...entry, state: 'sent'};
}

let draining = false;
async function drain() {
  if (draining) return;
  draining = true;
  try {
    for (const e of (await drafts.all()).reverse()) if (['queued', 'signed-out', 'pictures'].includes(e.state)) await send(e);
  } catch { /* this browser keeps nothing */ } finally {
    draining = false;
    list();
  }
}

form.addEventListener('submit', async (e) => {
  e.preventDefault();
  clearTimeout(waiting);
  if (e.submitter?.hasAttribute('formaction')) {
    const r = await fetch(form.dataset.check, {method: 'POST', body: new URLSearchParams(fields())}).catch(() => null);
    linked(!!r);
    if (r?.ok) show(new DOMParser().parseFromString(await r.text(), 'text/html'));
    firstBad();
    return;
  }
  const entry = await keep('queued');
  if (!entry) { form.submit(); return; } // nothing can be kept here: the browser sends it as it would without a script
  saved.textContent = say('sending');
  const now = await send(entry);
  list();
  if (now.record) { location.assign(`${device.dataset.receipt}${now.record}?done=report-sent`); return; }
  if (now.state === 'refused') {
    show(new DOMParser().parseFromString(now.page, 'text/html'));
    saved.textContent = say('refused');
    firstBad();
    return;
  }
  saved.textContent = now.state === 'signed-out' ? say('signed-out') : say('waits');
  form.reset();
  form.elements.draft.value = fresh();
  fit();
});

function firstBad() {
  form.querySelector('[aria-invalid="true"]')?.focus();
}

addEventListener('online', drain);
addEventListener('offline', () => linked(false));
document.addEventListener('visibilitychange', () => { if (!document.hidden) drain(); });
setInterval(drain, 30000);

if (form.hasAttribute('data-blank')) form.elements.draft.value = fresh(); // the kept form was given to everybody
linked(navigator.onLine);
fit();
list();
drain();
navigator.serviceWorker?.ready.then((r) => r.active?.postMessage({keep: form.dataset.fresh})).catch(() => {});

// Finds what stands on a page as people do: by the words on it, among what can be seen.
const plain = (s) => s.replace(/[\u200e\u200f\u2066-\u2069]/g, '').replace(/\s+/g, ' ').trim();
const seen = (x) => x.checkVisibility({visibilityProperty: true});
const nameOf = (x) => plain(x.getAttribute('aria-label') || x.innerText || x.value || '');

// among gives the things that can be seen and bear the words, the unfolded part of the page first, those that bear nothing else before those that only begin so.
function among(selector, words) {
  const inside = document.querySelector('[data-unfolded]');
  const all = [...(inside ? inside.querySelectorAll(selector) : []), ...document.querySelectorAll(selector)].filter(seen);
  words = plain(words);
  return all.find((x) => nameOf(x).replace(/ \*$/, '') === words) || all.find((x) => nameOf(x).startsWith(words));
}

const finds = {
  press: (words) => among('button, a[href]', words),
  field: (words) => {
    const label = among('label, [role="group"] > [id]', words);
    return label && (label.control || label.parentElement.querySelector('input:not([type="hidden"]), select, textarea'));
  },
};

function within(text) {
  const all = [...document.querySelectorAll('[data-item], main li, main article, main section')].filter((x) => seen(x) && plain(x.innerText).includes(plain(text)));
  const x = all.sort((a, b) => a.innerText.length - b.innerText.length)[0];
  return x ? scope(x) : false;
}

function scope(x) {
  for (const y of document.querySelectorAll('[data-unfolded]')) delete y.dataset.unfolded;
  x.dataset.unfolded = '';
  return true;
}

// foreign gives what is written in Latin letters and is neither marked as data (by bdi, or by the signs that set it apart in a sentence) nor as another language.
function foreign() {
  const known = /\b([A-Z][a-z]+\/[A-Z][a-z]+|truce|UTC|MGRS|CSV|JSON|GeoJSON|SHA|PDF|HTML|XML|CAP|ACLED|UCDP|HXL)\b/g;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const out = [];
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const at = n.parentElement;
    if (at.closest('bdi, code, kbd, script, style, noscript, textarea, [lang]:not(html)')) continue;
    if (/[A-Za-z]{3,}/.test(n.data.replace(/\u2068[^\u2069]*\u2069/g, '').replace(known, ''))) out.push(plain(n.data));
  }
  return [...new Set(out)].slice(0, 12).join(' | ');
}

function press(x) {
  if (!x || x.disabled) return false;
  x.focus();
  x.click();
  return true;
}

function unfold(words) {
  const x = among('summary', words);
  if (!x) return false;
  scope(x.parentElement);
  return x.parentElement.open || press(x);
}

function fill(words, value) {
  const x = finds.field(words);
  if (!x) return 'there is no field ' + words;
  x.focus();
  if (x.type === 'checkbox' || x.type === 'radio') {
    if (!x.checked) x.click();
    return '';
  }
  if (x.tagName === 'SELECT') {
    const o = [...x.options].find((o) => plain(o.text) === plain(value)) || [...x.options].find((o) => o.value === value);
    if (!o) return `${words} offers no ${value}: ${[...x.options].map((o) => plain(o.text)).join(' | ')}`;
    x.value = o.value;
  } else x.value = value;
  for (const kind of ['input', 'change']) x.dispatchEvent(new Event(kind, {bubbles: true}));
  return '';
}

// stop is where the keyboard is.
function stop(words) {
  const x = document.activeElement;
  if (!x || x === document.body) { // round the end of the page, to the browser's own bar
    const again = window.stops.has(document.body);
    window.stops.add(document.body);
    return {Name: '', Bad: again ? 'went round the page and did not find it' : '', Here: false};
  }
  const described = x.getAttribute('aria-describedby');
  const name = plain(x.getAttribute('aria-label') || x.labels?.[0]?.innerText || x.innerText).replace(/ \*$/, '');
  const at = x.getBoundingClientRect();
  const style = getComputedStyle(x);
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  let bad = '';
  if (!name) bad = 'it has no name: ' + x.outerHTML.slice(0, 200);
  else if (!ring) bad = 'the focus cannot be seen';
  else if (at.bottom < 0 || at.top > innerHeight || at.width === 0) bad = 'it is out of sight';
  else if (window.last === x && x.type !== 'datetime-local') bad = 'the keyboard is held there';
  window.last = x;
  const full = name + (described ? ', ' + plain(described.split(' ').map((id) => document.getElementById(id)?.innerText || '').join(' ')) : '');
  return {Name: full, Bad: bad, Here: [name, full].includes(plain(words)) || name.startsWith(plain(words))};
}

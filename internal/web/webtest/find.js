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
  press: (words) => among('button, a[href], summary', words),
  field: (words) => {
    const label = among('label, [role="group"] > [id]', words);
    return label && (label.control || label.parentElement.querySelector('input:not([type="hidden"]), select, textarea'));
  },
};

function press(x) {
  if (!x || x.disabled) return false;
  x.focus();
  x.click();
  return true;
}

function unfold(words) {
  const x = among('summary', words);
  if (!x) return false;
  for (const y of document.querySelectorAll('[data-unfolded]')) delete y.dataset.unfolded;
  x.parentElement.dataset.unfolded = '';
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

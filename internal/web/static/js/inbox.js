// One key for each decision about the report that is in focus. Without a script the same forms are reached with the tab key.
document.querySelector('[data-keys]').hidden = false;

const items = () => [...document.querySelectorAll('[data-item]')];
const current = () => document.activeElement?.closest('[data-item]');

function go(by) {
  const list = items();
  if (!list.length) return;
  const at = list.indexOf(current());
  const next = list[Math.min(list.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  next.focus();
  next.scrollIntoView({block: 'nearest'});
}

document.addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest('input, select, textarea')) {
    if (e.key === 'Escape' && current()) { const d = e.target.closest('details'); if (d) d.open = false; current().focus(); }
    return;
  }
  if (e.key === 'j' || e.key === 'k') {
    e.preventDefault();
    go(e.key === 'j' ? 1 : -1);
    return;
  }
  const deed = current()?.querySelector(`[data-do="${CSS.escape(e.key)}"]`);
  if (!deed) return;
  e.preventDefault();
  if (deed.tagName === 'DETAILS') {
    deed.open = true;
    deed.querySelector('input:not([type="hidden"]), select').focus();
  } else deed.click();
});

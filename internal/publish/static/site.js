// The checker in the page. Without this script every page says all it has to say; where the page lies in a folder of the reader's own, browsers do not let it
// read its neighbours, and nothing is offered.
'use strict';
(() => {
  const canRun = location.protocol.startsWith('http') && typeof Go === 'function' && typeof WebAssembly === 'object' && typeof DecompressionStream === 'function';
  let checker; // fetched once
  const load = (address) => checker ??= (async () => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(answer.status);
    const plain = answer.body.pipeThrough(new DecompressionStream('gzip'));
    const go = new Go();
    const {instance} = await WebAssembly.instantiate(await new Response(plain).arrayBuffer(), go.importObject);
    go.run(instance); // ends when the page does
  })();

  // What this browser saw of a log the last time. Another site at the same address would share it; the checker compares it with the log's own key.
  const kept = (origin) => { try { return localStorage.getItem('truce-seen:' + origin) ?? undefined; } catch { return undefined; } };
  const keep = (origin, checkpoint) => { try { localStorage.setItem('truce-seen:' + origin, checkpoint); } catch { /* it is only a memory */ } };

  async function run(box, subject, part) {
    const says = box.querySelector('[role=status]'), text = box.querySelector('pre');
    says.className = 'small';
    says.textContent = says.dataset.wait;
    text.hidden = true;
    try {
      await load(box.dataset.checker);
      const first = new TextDecoder().decode(await (await fetch(new URL((box.dataset.record ?? box.dataset.bundle.replace(/check\/[0-9]+\.zip$/, '')) + 'checkpoint', location))).arrayBuffer());
      const origin = first.split('\n', 1)[0];
      const r = await truceVerify(await subject(), Date.now(), part ? undefined : kept(origin)); // a part is older than what was seen, and proves nothing against it
      if (r.error) throw new Error(r.error);
      const report = JSON.parse(r.report);
      says.className = 'verdict' + (report.verdict === 'does-not-hold' ? ' bad' : '');
      says.textContent = says.getAttribute('data-' + report.verdict);
      text.textContent = r.text;
      text.hidden = false;
      if (!part && report.verdict !== 'does-not-hold') keep(origin, r.checkpoint);
    } catch (e) {
      says.className = 'verdict bad';
      says.textContent = says.dataset.fail + ' ' + e.message;
    }
  }
  const bytes = async (address) => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(address + ': ' + answer.status);
    return new Uint8Array(await answer.arrayBuffer());
  };
  for (const box of canRun ? document.querySelectorAll('.here') : []) {
    box.hidden = false;
    const {bundle, record} = box.dataset;
    box.querySelector('button').addEventListener('click', () => run(box, async () => bundle ? bytes(bundle) : new URL(record, location).href, !!bundle));
    box.querySelector('input')?.addEventListener('change', (e) => { const f = e.target.files[0]; if (f) run(box, async () => new Uint8Array(await f.arrayBuffer()), true); });
  }
})();

// Measuring and drafting: what is drawn on the map stands in the form below as corners, and what is typed there is measured by the server, on the ellipsoid.

export function draft(map, d, say) {
  const form = document.getElementById('map-draft'), points = document.getElementById('map-points'), as = document.getElementById('map-draw'), out = document.getElementById('map-measured');
  const shape = document.getElementById('map-measured-shape'), tools = form.querySelector('.map-tools');
  tools.hidden = false;
  let drawing;

  async function measure() {
    const answer = await fetch(d.measure + '?' + new URLSearchParams({draw: as.value, points: points.value}));
    if (!answer.ok) return;
    const m = await answer.json();
    out.replaceChildren(shape.content.cloneNode(true));
    const [wrong] = out.getElementsByClassName('error'), table = out.querySelector('table');
    wrong.textContent = (m.problems ?? []).join(' ');
    wrong.hidden = !m.problems;
    table.hidden = !m.legs;
    for (const l of m.legs ?? []) {
      const row = table.tBodies[0].insertRow();
      const to = document.createElement('th'), name = document.createElement('bdi');
      to.scope = 'row';
      name.className = 'id';
      name.dir = 'ltr';
      name.textContent = l.to;
      to.append(name);
      row.append(to);
      for (const text of [l.length, l.azimuth]) { const cell = row.insertCell(); cell.className = 'n'; cell.textContent = text; }
    }
    table.tFoot.rows[0].cells[1].textContent = m.total ?? '';
    const text = out.querySelector('textarea');
    text.value = m.geojson ?? '';
    out.querySelector('.map-save').href = 'data:application/geo+json,' + encodeURIComponent(text.value);
    out.querySelector('.map-copy').addEventListener('click', async (e) => { await navigator.clipboard.writeText(text.value); e.target.textContent = d.sayCopied; });
    if (m.geojson) {
      const list = JSON.parse(m.geojson);
      map.getSource('chosen')?.setData(list);
    }
  }
  form.addEventListener('submit', (e) => { if (!e.submitter?.hasAttribute('formaction')) { e.preventDefault(); measure(); } });

  async function tool(name) {
    for (const b of tools.querySelectorAll('[aria-pressed]')) b.setAttribute('aria-pressed', String(b.dataset.tool === name));
    if (name === 'clear') {
      drawing?.clear();
      drawing?.stop();
      drawing = null;
      points.value = '';
      out.replaceChildren();
      map.getSource('chosen')?.setData({type: 'FeatureCollection', features: []});
      return;
    }
    as.value = name;
    if (!drawing) {
      const {start} = await import(d.draw);
      drawing = start(map, (coordinates) => {
        points.value = coordinates.map(([lon, lat]) => `${lat.toFixed(6)}, ${lon.toFixed(6)}`).join('\n');
        measure();
        for (const b of tools.querySelectorAll('[aria-pressed]')) b.setAttribute('aria-pressed', 'false');
      });
    }
    drawing.mode(name);
    say(d.sayDraft);
    map.getCanvas().focus();
  }
  for (const b of tools.querySelectorAll('button')) b.addEventListener('click', () => tool(b.dataset.tool));
  if (points.value) measure();
}

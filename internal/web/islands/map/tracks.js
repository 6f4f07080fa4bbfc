// Tracks of devices: drawn up to a time that a slider chooses, or that runs by itself.

export function tracks(map, d, hours) {
  const bar = document.getElementById('map-time'), slider = document.getElementById('map-when'), clock = document.getElementById('map-clock'), play = document.getElementById('map-play');
  let list = [], from = 0, to = 0, running = 0;

  const draw = () => {
    const now = from + (to - from) * slider.value / slider.max;
    const features = [];
    for (const t of list) {
      const line = [];
      let end = null;
      for (let i = 0; i < t.fixes.length; i++) {
        const [at, lon, lat] = t.fixes[i];
        if (at <= now) {
          line.push([lon, lat]);
          end = [lon, lat];
          continue;
        }
        if (i > 0 && at - t.fixes[i - 1][0] < 3600) { // between two positions an hour apart at most it is drawn on the way
          const [a, x, y] = t.fixes[i - 1], part = (now - a) / (at - a);
          end = [x + part * (lon - x), y + part * (lat - y)];
          line.push(end);
        }
        break;
      }
      if (line.length > 1) features.push({type: 'Feature', properties: {part: 'line', name: t.unit ?? ''}, geometry: {type: 'LineString', coordinates: line}});
      if (end) features.push({type: 'Feature', properties: {part: 'end', name: t.unit ?? ''}, geometry: {type: 'Point', coordinates: end}});
    }
    map.getSource('tracks')?.setData({type: 'FeatureCollection', features});
    clock.textContent = hours.format(new Date(now * 1000));
    slider.setAttribute('aria-valuetext', clock.textContent);
  };

  const stop = () => { cancelAnimationFrame(running); running = 0; play.textContent = d.sayPlay; play.setAttribute('aria-pressed', 'false'); };
  const run = () => {
    if (slider.value >= +slider.max) slider.value = 0;
    play.textContent = d.sayPause;
    play.setAttribute('aria-pressed', 'true');
    let last = performance.now(), value = +slider.value;
    const step = (now) => {
      value += (now - last) / 20; // the whole stretch in twenty seconds
      last = now;
      slider.value = value;
      draw();
      if (value >= +slider.max) stop(); else running = requestAnimationFrame(step);
    };
    running = requestAnimationFrame(step);
  };
  play.addEventListener('click', () => running ? stop() : run());
  slider.addEventListener('input', () => { stop(); draw(); });

  return {
    draw,
    async load(query) {
      const answer = await fetch(d.tracks + (query ? '?' + query : ''));
      if (!answer.ok) return;
      list = (await answer.json()).filter((t) => t.fixes.length);
      bar.hidden = !list.length;
      from = Math.min(...list.map((t) => t.fixes[0][0]));
      to = Math.max(...list.map((t) => t.fixes.at(-1)[0]));
      if (list.length) draw();
    },
  };
}

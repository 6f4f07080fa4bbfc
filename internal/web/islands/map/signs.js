// The signs of the map, drawn as the page's own signs are: a shape and a colour for each result, so that neither is needed alone. What is simulated has a dashed
// ring around it.

// colours reads the colours of the page in its present theme.
export function colours() {
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const out = {};
  for (const name of ['paper', 'ink', 'soft', 'rule', 'band', 'accent', 'breached', 'turns', 'undetermined', 'kept', 'not-due', 'suspended', 'not-applicable', 'zone', 'zone-edge', 'water', 'warn-edge', 'link']) {
    probe.style.color = `var(--${name})`;
    out[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return out;
}

const size = 22, ratio = 2;

function canvas(draw, side = size) {
  const c = document.createElement('canvas');
  c.width = c.height = side * ratio;
  const g = c.getContext('2d');
  g.scale(ratio, ratio);
  g.lineJoin = g.lineCap = 'round';
  draw(g);
  return g.getImageData(0, 0, c.width, c.height);
}

// shapes draw around (0, 0), some eight pixels high.
const shapes = {
  breached: (g) => { g.moveTo(0, -6.5); g.lineTo(6.5, 5); g.lineTo(-6.5, 5); g.closePath(); },
  kept: (g) => g.arc(0, 0, 5.5, 0, 7),
  turns: (g) => { g.moveTo(0, -6.5); g.lineTo(6.5, 0); g.lineTo(0, 6.5); g.lineTo(-6.5, 0); g.closePath(); },
  undetermined: (g) => { g.moveTo(0, -6.5); g.lineTo(6.5, 0); g.lineTo(0, 6.5); g.lineTo(-6.5, 0); g.closePath(); },
  'not-due': (g) => g.arc(0, 0, 5.5, 0, 7),
  suspended: (g) => g.rect(-5, -5.5, 10, 11),
  'not-applicable': (g) => g.rect(-5, -2, 10, 4),
  none: (g) => g.rect(-4.5, -4.5, 9, 9),
  restriction: (g) => g.arc(0, 0, 6, 0, 7),
};
const full = ['breached', 'kept'];

function sign(name, colour, paper, simulated) {
  return canvas((g) => {
    g.translate(size / 2, size / 2);
    g.beginPath();
    shapes[name](g);
    g.lineWidth = 4.5;
    g.strokeStyle = paper; // a rim, so that signs stand out from each other
    g.stroke();
    g.fillStyle = full.includes(name) ? colour : paper;
    g.fill();
    g.lineWidth = 1.8;
    g.strokeStyle = colour;
    if (name === 'undetermined') g.setLineDash([2, 2.4]);
    g.stroke();
    g.setLineDash([]);
    g.fillStyle = colour;
    if (name === 'turns') {
      g.beginPath();
      g.moveTo(0, -6.5); g.lineTo(6.5, 0); g.lineTo(0, 6.5);
      g.fill();
    } else if (name === 'not-due') {
      g.beginPath(); g.moveTo(0, -3.2); g.lineTo(0, 0); g.lineTo(2.4, 1.8); g.stroke();
    } else if (name === 'suspended') {
      g.fillRect(-3, -3.5, 2, 7); g.fillRect(1, -3.5, 2, 7);
    } else if (name === 'restriction') {
      g.fillRect(-3.6, -1, 7.2, 2);
    }
    if (simulated) {
      g.beginPath(); g.arc(0, 0, 9.6, 0, 7);
      g.lineWidth = 1.2; g.setLineDash([2.4, 2.2]);
      g.stroke();
    }
  });
}

// hatch is a pattern of slanting lines.
function hatch(colour, gap, width = 1) {
  return canvas((g) => {
    g.strokeStyle = colour;
    g.lineWidth = width;
    g.beginPath();
    for (let i = -gap; i <= 16 + gap; i += gap) { g.moveTo(i, 16); g.lineTo(i + 16, 0); g.moveTo(i - 16, 16); g.lineTo(i, 0); }
    g.stroke();
  }, 16);
}

// add gives the map its pictures, again after the theme was changed.
export function addSigns(map, c) {
  const put = (name, image) => { if (map.hasImage(name)) map.removeImage(name); map.addImage(name, image, {pixelRatio: ratio}); };
  const colour = {none: c.soft, restriction: c.ink};
  for (const name of Object.keys(shapes)) {
    for (const simulated of [0, 1]) put(`${name}-${simulated}`, sign(name, colour[name] ?? c[name], c.paper, simulated));
  }
  put('case', canvas((g) => {
    g.translate(size / 2, size / 2);
    g.beginPath(); g.moveTo(-5, -6.5); g.lineTo(2, -6.5); g.lineTo(5.5, -3); g.lineTo(5.5, 6.5); g.lineTo(-5, 6.5); g.closePath();
    g.lineWidth = 4.5; g.strokeStyle = c.paper; g.stroke();
    g.fillStyle = c.paper; g.fill();
    g.lineWidth = 1.8; g.strokeStyle = c.ink; g.stroke();
    g.beginPath(); g.moveTo(-2.5, 0); g.lineTo(3, 0); g.moveTo(-2.5, 3); g.lineTo(3, 3); g.lineWidth = 1.2; g.stroke();
  }));
  put('hatch-cell', hatch(c.undetermined, 8));
  put('hatch-simulated', hatch(c.soft, 4, .7));
  put('hatch-nobody', hatch(c.soft, 8, .8));
}

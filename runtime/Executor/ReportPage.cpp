//===- ReportPage.cpp - The unchanging parts of a report ------------------===//

#include "ReportPage.h"

using namespace hocket;

const char *const runtime::kReportStyle = R"css(
body { font: 14px Helvetica, Arial, sans-serif; margin: 24px; color: #222; }
h1 { font-size: 20px; }
table { border-collapse: collapse; margin-bottom: 16px; }
th, td { text-align: right; padding: 3px 14px; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
.legend span { margin-right: 16px; white-space: nowrap; }
.legend i { display: inline-block; width: 12px; height: 12px; margin-right: 5px; }
svg { display: block; width: 100%; font-size: 12px; user-select: none; }
#overview { cursor: crosshair; margin: 12px 0; border: 1px solid #ddd; }
#window { fill: #3366cc; fill-opacity: 0.12; stroke: #3366cc; pointer-events: none; }
#chart { cursor: grab; outline: none; }
.hint { color: #666; }
)css";

// The data: {end, unit, size, processes: [{name, lanes: [{title, spans:
// [[begin, length, style, label, name, detail]]}]}]}, times in seconds; name
// and detail count into `texts`.
const char *const runtime::kReportScript = R"js(
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const chart = document.getElementById('chart');
// Room for the longest name of a lane; 150 pixels are enough for 23 letters.
const letters = Math.max(...data.processes.map(process => Math.max(...process.lanes.map(lane => lane.title.length))));
const LEFT = 150 + Math.max(0, Math.ceil(6.6 * (letters - 23)));
const LANE = 26, TITLE = 30, AXIS = 26, TINY = 0.4;
const view = {from: 0, to: data.end};
let width = 1100;

function element(name, attributes, text) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  if (text !== undefined) made.textContent = text;
  return made;
}

function seconds(value) {
  for (const [unit, size] of [['s', 1], ['ms', 1e-3], ['µs', 1e-6]])
    if (Math.abs(value) >= size || unit === 'µs')
      return (value / size).toPrecision(4) + ' ' + unit;
}

// 1, 2 or 5 times a power of ten: about ten ticks.
function tickStep(span) {
  const power = Math.pow(10, Math.floor(Math.log10(span / 10)));
  for (const factor of [1, 2, 5, 10])
    if (span / (power * factor) <= 12) return power * factor;
}

function firstVisible(spans) {
  let low = 0, high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle][0] + spans[middle][1] < view.from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function drawLane(into, lane, y, scale) {
  into.appendChild(element('text', {x: LEFT - 8, y: y + LANE / 2 + 4, 'text-anchor': 'end'}, lane.title));
  into.appendChild(element('rect', {x: LEFT, y: y, width: width - LEFT, height: LANE - 1, fill: '#f6f7f9'}));
  for (let i = firstVisible(lane.spans); i < lane.spans.length; ++i) {
    const [begin, length, style, label, name, detail] = lane.spans[i];
    if (begin > view.to) break;
    const left = Math.max(begin, view.from), right = Math.min(begin + length, view.to);
    const wide = (right - left) * scale;
    if (wide < TINY) continue;
    const kind = data.styles[style], inset = kind.waits ? LANE * 0.3 : 2;
    const group = element('g', {});
    group.appendChild(element('title', {}, data.texts[name] + '\n' + seconds(length) + ' from ' + seconds(begin) +
      (detail < 0 ? '' : '\n' + data.texts[detail])));
    group.appendChild(element('rect', {x: (LEFT + (left - view.from) * scale).toFixed(2), y: y + inset,
      width: wide.toFixed(2), height: LANE - 2 * inset, fill: kind.colour, stroke: '#fff', 'stroke-width': 0.4}));
    if (label >= 0 && wide > 7 * String(label).length + 3)
      group.appendChild(element('text', {x: (LEFT + ((left + right) / 2 - view.from) * scale).toFixed(2),
        y: y + LANE / 2 + 4, 'text-anchor': 'middle', fill: '#fff'}, label));
    into.appendChild(group);
  }
}

function drawAxis(into, y, scale) {
  const step = tickStep(view.to - view.from);
  for (let tick = Math.ceil(view.from / step); tick * step <= view.to; ++tick) {
    const x = LEFT + (tick * step - view.from) * scale;
    into.appendChild(element('line', {x1: x, y1: y, x2: x, y2: y + 4, stroke: '#888'}));
    into.appendChild(element('text', {x: x, y: y + 16, 'text-anchor': 'middle', fill: '#555'},
      parseFloat((tick * step / data.size).toPrecision(8))));
  }
  into.appendChild(element('text', {x: LEFT - 8, y: y + 16, 'text-anchor': 'end', fill: '#555'}, data.unit));
}

function draw() {
  width = Math.max(400, chart.clientWidth || 1100);
  const scale = (width - LEFT) / (view.to - view.from);
  while (chart.firstChild) chart.removeChild(chart.firstChild);
  let y = 0;
  for (const process of data.processes) {
    y += TITLE;
    chart.appendChild(element('text', {x: LEFT, y: y - 9, 'font-weight': 'bold'},
      process.name + ': ' + seconds(process.end)));
    for (const lane of process.lanes) {
      drawLane(chart, lane, y, scale);
      y += LANE;
    }
    drawAxis(chart, y, scale);
    y += AXIS;
  }
  chart.setAttribute('viewBox', '0 0 ' + width + ' ' + y);
  chart.setAttribute('height', y);
  const overview = document.getElementById('window');
  overview.setAttribute('x', 1000 * view.from / data.end);
  overview.setAttribute('width', 1000 * (view.to - view.from) / data.end);
}

let waiting = false;
function show(from, to) {
  const least = data.end * 1e-6;
  const span = Math.min(data.end, Math.max(least, to - from));
  view.from = Math.min(Math.max(0, from), data.end - span);
  view.to = view.from + span;
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; draw(); });
}

function timeAt(event) {
  const box = chart.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (event.clientX - box.left - LEFT) / (box.width - LEFT)));
  return view.from + share * (view.to - view.from);
}

function zoom(at, factor) {
  show(at - (at - view.from) * factor, at + (view.to - at) * factor);
}

function pan(share) {
  const way = share * (view.to - view.from);
  show(view.from + way, view.to + way);
}

chart.addEventListener('wheel', event => {
  event.preventDefault();
  if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
    pan((event.deltaX || event.deltaY) / 600);
  else
    zoom(timeAt(event), Math.exp(event.deltaY / 300));
}, {passive: false});
chart.addEventListener('dblclick', () => show(0, data.end));
chart.addEventListener('keydown', event => {
  const middle = (view.from + view.to) / 2;
  const actions = {'+': () => zoom(middle, 0.7), '-': () => zoom(middle, 1 / 0.7), '0': () => show(0, data.end),
    ArrowLeft: () => pan(-0.2), ArrowRight: () => pan(0.2)};
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
});

// Dragging moves the large chart, and chooses a range in the small one.
function drag(target, begin) {
  target.addEventListener('pointerdown', event => {
    const move = begin(event);
    const end = () => {
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', end);
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', end);
  });
}
drag(chart, start => {
  const from = view.from, to = view.to, box = chart.getBoundingClientRect();
  return event => {
    const way = (start.clientX - event.clientX) / (box.width - LEFT) * (to - from);
    show(from + way, to + way);
  };
});
const overview = document.getElementById('overview');
drag(overview, start => {
  const box = overview.getBoundingClientRect();
  const time = event => (event.clientX - box.left) / box.width * data.end;
  const first = time(start);
  return event => show(Math.min(first, time(event)), Math.max(first, time(event)));
});
window.addEventListener('resize', draw);
draw();
)js";

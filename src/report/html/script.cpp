// What moves on a page. No figure is reckoned here: settings choose a cell of a table, and only lengths on
// the screen follow from it.

#include "report/html/markup.hpp"

namespace ctxcap::report::html {

const std::string_view kScript = R"js('use strict';
for (const form of document.querySelectorAll('form.what-if')) {
  const table = JSON.parse(document.getElementById(form.dataset.table).textContent);
  const prefix = form.dataset.table.replace('what-if-', '').replace('-table', '');
  const size = number => number < 0 ? [null, 'unknown'] : table.sizes[number];
  const place = name => form.elements[name] ? Number(form.elements[name].value) : 0;
  const show = (node, [bytes, text]) => {
    node.textContent = text;
    node.dataset.bytes = bytes === null ? '' : bytes;
  };
  const fits = ['whether it fits is unknown', 'fits', 'fits by the estimate, not by its upper end (tight)', 'too much'];

  const draw = (parts, usable, needed) => {
    parts.forEach(([bytes, text], i) => {
      form.querySelector(`[data-part="${i}"]`).style.flexGrow = bytes === null ? 0 : bytes / 1e6;
      const told = form.querySelector(`[data-size="${i}"]`);
      told.textContent = text;
      told.parentNode.hidden = bytes === 0;
    });
    const free = form.querySelector('.stack .free'), line = form.querySelector('.stack b');
    free.style.flexGrow = usable && needed !== null ? Math.max(0, usable - needed) / 1e6 : 0;
    line.hidden = !usable || needed === null;
    if (!line.hidden) line.style.left = 100 * usable / Math.max(usable, needed) + '%';
  };

  const update = () => {
    const at = {window: place('window'), kv: place('kv'), slots: place('slots'), tenants: place('tenants')};
    for (const name of Object.keys(at)) {
      const input = form.elements[name];
      if (!input) continue;
      input.setAttribute('aria-valuetext', table[name][at[name]]);
      form.querySelector(`[data-of="${name}"]`).textContent = table[name][at[name]];
    }
    const setting = table.settings[(at.tenants * table.kv.length + at.kv) * table.slots.length + at.slots];
    const cell = setting.cells[at.window] || [-1, -1, -1, -1, 0, -1];
    const [caches, rest, total, needed] = cell.slice(0, 4).map(size);
    const what = name => form.querySelector(`[data-what="${name}"]`);
    const refused = setting.refused ? [null, 'refused: ' + setting.refused] : null;
    show(what('caches'), refused || caches);
    show(what('total'), refused || total);
    const parts = [rest, caches];
    if (what('needed')) {
      show(what('needed'), refused || needed);
      what('fit').textContent = fits[cell[4]];
      what('fit').dataset.fit = cell[4];
      parts.push(size(setting.others), size(table.tenant[at.tenants]), size(table.reserve));
    }
    if (what('ooms')) {
      what('ooms').textContent = cell[5] < 0 ? 'unknown how many this avoids' : `${cell[5]} of ${table.ooms} would not have happened`;
      what('ooms').dataset.avoided = cell[5];
    }
    draw(parts, table.usable < 0 ? 0 : size(table.usable)[0], needed[0]);
    table.jobs.forEach((job, i) => {
      const seen = form.querySelector(`[data-seen="${i}"]`);
      seen.textContent = job.seen[at.window];
      seen.dataset.over = job.over[at.window];
      form.querySelector(`[data-month="${i}"]`).textContent = job.month[at.window];
      const line = document.getElementById(`${prefix}-${i}-at`);
      if (!line) return;
      line.setAttribute('x1', job.x[at.window]);
      line.setAttribute('x2', job.x[at.window]);
      line.setAttribute('visibility', 'visible');
    });
  };
  form.addEventListener('input', update);
  form.addEventListener('submit', event => event.preventDefault());
  update();
}
for (const form of document.querySelectorAll('form.what-if-ooms')) {
  const table = JSON.parse(document.getElementById(form.dataset.table).textContent);
  const update = () => {
    const at = Number(form.elements.window.value);
    form.elements.window.setAttribute('aria-valuetext', table.window[at]);
    form.querySelector('output').textContent = table.window[at];
    form.querySelector('[data-what=avoided]').textContent = table.avoided[at];
  };
  form.addEventListener('input', update);
  update();
}
)js";

}  // namespace ctxcap::report::html

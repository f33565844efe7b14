// Measures what a first load of each exported page costs, gzipped, and fails above its budget.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const ROOT = new URL('../out/', import.meta.url).pathname;
const KB = 1000;

/** Kilobytes of JavaScript and CSS that a page may load before it is usable. */
const BUDGETS = {
  'login.html': { js: 200, css: 15 },
  'dashboard.html': { js: 250, css: 15 },
  'runs.html': { js: 200, css: 15 },
  'runs/_.html': { js: 270, css: 15 },
  'flows.html': { js: 200, css: 15 },
  'flows/_.html': { js: 270, css: 15 },
  'graphiql.html': { js: 1350, css: 400 },
};
const WHOLE_UI_KB = 3000;

if (!existsSync(ROOT)) {
  console.error('There is no build to measure: run `make ui` first.');
  process.exit(1);
}

const size = (path) => gzipSync(readFileSync(join(ROOT, path)), { level: 9 }).length;

/** The files that the page's HTML names: scripts, preloads and styles, each once. */
function loaded(html, extension) {
  const text = readFileSync(join(ROOT, html), 'utf8');
  // Browsers that know modules skip what is there for the others.
  const withoutOld = text.replace(/<script[^>]*noModule[^>]*><\/script>/gi, '');
  const names = withoutOld.matchAll(new RegExp(`(?:src|href)="/(_next/static/[^"]+\\.${extension})"`, 'g'));
  return [...new Set([...names].map(([, name]) => name))];
}

const total = (paths) => paths.reduce((sum, path) => sum + size(path), 0) / KB;

function whole() {
  const files = readdirSync(ROOT, { recursive: true, withFileTypes: true });
  const own = files.filter((one) => one.isFile() && !one.name.endsWith('.gz'));
  return own.reduce((sum, one) => sum + gzipSync(readFileSync(join(one.parentPath, one.name))).length, 0) / KB;
}

let isOver = false;
function report(name, kind, kilobytes, budget) {
  const over = kilobytes > budget;
  isOver ||= over;
  console.log(`${over ? 'OVER' : ' ok '}  ${name.padEnd(16)} ${kind.padEnd(4)} ${kilobytes.toFixed(1).padStart(7)} of ${budget} KB`);
}

for (const [page, { js, css }] of Object.entries(BUDGETS)) {
  report(page, 'JS', total(loaded(page, 'js')), js);
  report(page, 'CSS', total(loaded(page, 'css')), css);
}
report('whole UI', 'all', whole(), WHOLE_UI_KB);
process.exit(isOver ? 1 : 0);

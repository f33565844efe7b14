// Writes a .gz beside every text file of the export, so that the server never compresses.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const ROOT = new URL('../out/', import.meta.url).pathname;
const TEXT = /\.(html|js|mjs|css|txt|json|svg|xml|map|webmanifest|wasm|ttf)$/;
const SMALLEST_BYTES = 512;

let files = 0;
let rawBytes = 0;
let sentBytes = 0;

for (const entry of await readdir(ROOT, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name.endsWith('.gz')) continue;
  const path = join(entry.parentPath, entry.name);
  const raw = await readFile(path);
  files += 1;
  rawBytes += raw.length;
  const packed = TEXT.test(entry.name) && raw.length >= SMALLEST_BYTES ? gzipSync(raw, { level: 9 }) : raw;
  if (packed.length < raw.length) await writeFile(`${path}.gz`, packed);
  sentBytes += Math.min(packed.length, raw.length);
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
console.log(`Compressed ${files} files: ${megabytes(rawBytes)} -> ${megabytes(sentBytes)}`);

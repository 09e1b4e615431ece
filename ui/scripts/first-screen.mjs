/**
 * Fails when the first screen needs more than 400 KB of compressed script: the entry, and what a first page (signing
 * in, the overview, the customers, each by itself) loads before it shows something.
 *
 *   node scripts/first-screen.mjs ../src/onefold/web/static
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 400;
const FIRST_PAGES = ["account", "overview", "customers"];

const folder = process.argv[2] ?? "../src/onefold/web/static";
const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
const sizes = new Map();

function sizeOf(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join(folder, file)), { level: 9 }).length);
  return sizes.get(file);
}

/** Scripts of a chunk and of everything that it imports at once. */
function scriptsOf(key, found = new Set()) {
  const chunk = manifest[key];
  if (!chunk || found.has(chunk.file)) return found;
  if (chunk.file.endsWith(".js")) found.add(chunk.file);
  for (const imported of chunk.imports ?? []) scriptsOf(imported, found);
  return found;
}

const entry = scriptsOf("index.html");
for (const name of ["src/app/messages/fa.json", "src/components/messages/fa.json"]) scriptsOf(name, entry);
const localeKey = Object.keys(manifest).find((key) => key.includes("antd/es/locale/fa_IR"));
if (localeKey) scriptsOf(localeKey, entry);

let isTooLarge = false;
const slots = Object.keys(manifest).filter((key) => /^src\/features\/[^/]+\/slots\//.test(key));
for (const feature of ["", ...FIRST_PAGES]) {
  const key = `src/features/${feature}/routes.tsx`;
  if (feature && !manifest[key]) continue;
  const scripts = new Set(entry);
  if (feature) scriptsOf(key, scripts);
  if (feature) scriptsOf(`src/features/${feature}/messages/fa.json`, scripts);
  if (feature && feature !== "account") for (const slot of slots) scriptsOf(slot, scripts);
  const bytes = [...scripts].reduce((total, file) => total + sizeOf(file), 0);
  const kilobytes = bytes / 1024;
  isTooLarge ||= kilobytes > LIMIT_KB;
  process.stdout.write(
    `${(feature || "entry alone").padEnd(12)} ${kilobytes.toFixed(1).padStart(7)} KB gzip in ${scripts.size} files (limit ${LIMIT_KB})\n`,
  );
}
if (isTooLarge) {
  process.stderr.write("The first screen is too large: load parts of it later, or choose smaller parts.\n");
  process.exit(1);
}

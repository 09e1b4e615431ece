/** Every language says everything: same keys, nothing empty, same placeholders; and every key that is used exists. */
import { describe, expect, it } from "vitest";

const LANGUAGES = ["en", "zh-CN", "zh-TW", "ca", "el", "fa"] as const;
type Catalogue = Record<string, string>;

const FILES = import.meta.glob<Catalogue>("/src/**/messages/*.json", { import: "default", eager: true });
const SOURCES = import.meta.glob<string>(["/src/**/*.{ts,tsx}", "!/src/**/*.test.*"], {
  query: "?raw",
  import: "default",
  eager: true,
});

const folders = [...new Set(Object.keys(FILES).map((path) => path.replace(/\/[^/]+\.json$/, "")))];
const PLURAL = /_(zero|one|two|few|many|other)$/;

function catalogue(folder: string, language: string): Catalogue {
  return FILES[`${folder}/${language}.json`] ?? {};
}

/** Keys without plural endings. */
function stems(entries: Catalogue): Set<string> {
  return new Set(Object.keys(entries).map((key) => key.replace(PLURAL, "")));
}

function pluralStems(entries: Catalogue): Set<string> {
  return new Set(
    Object.keys(entries)
      .filter((key) => PLURAL.test(key) && `${key.replace(PLURAL, "")}_other` in entries)
      .map((key) => key.replace(PLURAL, "")),
  );
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{-?\s*([\w.]+)[^}]*\}\}|<\/?(\w+)\/?>/g)]
    .map(([, name, tag]) => name ?? `<${tag}>`)
    .toSorted();
}

describe.each(folders)("messages of %s", (folder) => {
  const english = catalogue(folder, "en");

  it.each(LANGUAGES)("%s says everything that the others say", (language) => {
    const said = catalogue(folder, language);
    expect([...stems(said)].toSorted()).toEqual([...stems(english)].toSorted());
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const stem of pluralStems(english)) {
      const missing = categories.filter((category) => !(`${stem}_${category}` in said));
      expect(missing, `${language}: plural forms of ${stem}`).toEqual([]);
    }
  });

  it.each(LANGUAGES)("%s leaves nothing empty and knows the same placeholders", (language) => {
    for (const [key, text] of Object.entries(catalogue(folder, language))) {
      expect(text.trim(), `${language}: ${key}`).not.toBe("");
      const base = key.replace(PLURAL, "");
      const model = english[key] ?? english[`${base}_other`] ?? "";
      const wanted = PLURAL.test(key) ? new Set([...placeholders(model), "count"]) : new Set(placeholders(model));
      const unknown = placeholders(text).filter((name) => !wanted.has(name));
      expect(unknown, `${language}: unknown placeholders in ${key}`).toEqual([]);
      if (!PLURAL.test(key)) expect(placeholders(text), `${language}: ${key}`).toEqual(placeholders(model));
    }
  });
});

describe("keys in the code", () => {
  const shared = { ...catalogue("/src/app/messages", "en"), ...catalogue("/src/components/messages", "en") };
  const parts = Object.keys(SOURCES).map(
    (path) => /^\/src\/(features\/[^/]+|app|components)\//.exec(path)?.[1] ?? "app",
  );
  it.each([...new Set(parts)])("of %s exist in its messages", (part) => {
    const known = { ...shared, ...catalogue(`/src/${part}/messages`, "en") };
    const stemsKnown = stems(known);
    const missing = Object.entries(SOURCES)
      .filter(([path]) => path.startsWith(`/src/${part}/`))
      .flatMap(([path, code]) => [...code.matchAll(/\bt\(\s*"([^"]+)"/g)].map(([, key = ""]) => [path, key] as const))
      .filter(([, key]) => !(key in known) && !stemsKnown.has(key))
      .map(([path, key]) => `${path}: ${key}`);
    expect(missing).toEqual([]);
  });
});

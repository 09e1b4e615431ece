/** Names of fields, rules and kinds of entries in the reader's language. */
import type { TFunction } from "i18next";
import type { Essential } from "@/api/customer";

/** "email", or "category:industry": the meaning with the column that it comes from. */
export function fieldLabel(t: TFunction, name: string): string {
  const [meaning = name, ...rest] = name.split(":");
  const column = rest.join(":");
  const label = t(`field.${meaning}`, { defaultValue: wordsOf(meaning) });
  return column ? `${label} · ${column}` : label;
}

export function lineLabel(t: TFunction, field: string): string {
  const label = t(`line.${field}`, { defaultValue: "" });
  return label || fieldLabel(t, field);
}

/** The line of the language is that of the clock where no language is known. */
export function essentialLabel(t: TFunction, { field, parts }: Essential): string {
  const isClock = parts.every(({ name }) => name === "time_zone");
  return lineLabel(t, isClock ? "time_zone" : field);
}

export function ruleLabel(t: TFunction, rule: string): string {
  return t(`rule.${rule}`, { defaultValue: wordsOf(rule) });
}

/** Types of events are the sources' own words; those that many systems use are translated. */
export function typeLabel(t: TFunction, kind: string, type: string): string {
  return t(`type.${kind === "event" ? type : `${kind}.${type}`}`, { defaultValue: wordsOf(type) });
}

export function wordsOf(name: string): string {
  return name.replaceAll("_", " ");
}

/** Languages and countries as codes have names of their own in every language. */
export function nameOfCode(language: string, kind: "language" | "region", code: string): string {
  try {
    return new Intl.DisplayNames([language], { type: kind }).of(code.replace("_", "-")) ?? code;
  } catch {
    return code;
  }
}

/** Text inside of a sentence, with a direction of its own. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Saying what the overview found: fields, shares with their base, findings, actions. */
import type { TFunction } from "i18next";
import type { Action, Count, Finding, SignName } from "@/api/overview";
import { formatNumber } from "@/app/language";

/** A name inside of a sentence keeps its own direction. */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}

/** A field in the page's language; of a source's own column its name. */
export function fieldWord(t: TFunction, field: string, label?: string | null): string {
  return t(`field.${field}`, { defaultValue: isolated(label ?? field) });
}

/** "8,991 of 13,506 customers who live in several systems". */
export function shareWords(t: TFunction, { count, base, base_name, system }: Count): string {
  return t(`base.${base_name}`, {
    part: formatNumber(count),
    whole: formatNumber(base),
    system: isolated(system ?? ""),
  });
}

export function findingWords(t: TFunction, sign: SignName, { field, system, label }: Finding): string {
  const key = field === "unchanged" ? "unchanged" : sign;
  const what = sign === "cost" ? isolated(label ?? field) : fieldWord(t, field, label); // a column, whatever its name
  return t(`finding.${key}`, { field: what, system: isolated(system ?? "") });
}

function listed(values: readonly string[], language: string): string {
  return new Intl.ListFormat(language, { type: "conjunction" }).format(values);
}

/** What to do, in the page's language; what an older report says in English alone stays as it was said. */
export function actionWords(t: TFunction, language: string, action: Action): { title: string; why: string } {
  const { facts } = action;
  if (!action.kind) return { title: action.title, why: action.why };
  const text = (name: string): string => isolated(String(facts[name] ?? ""));
  const number = (name: string): string => formatNumber(Number(facts[name] ?? 0));
  const columns = ((facts.columns as string[] | undefined) ?? []).map(isolated);
  const needs = ((facts.needs as string[] | undefined) ?? []).map((need) => fieldWord(t, need));
  const gaps = {
    field: facts.field ? fieldWord(t, String(facts.field)) : "",
    system: text("system"),
    other: text("other_system"),
    table: text("table"),
    source: text("source"),
    column: text("column"),
    value: text("value"),
    part: number("count"),
    whole: number("base"),
    agree: number("agree"),
    records: number("records"),
    rows: number("rows"),
    columns: listed(columns, language),
    needs: listed(needs, language),
  };
  const kind = action.kind === "properties_apart" ? "properties" : action.kind;
  return { title: t(`action.${kind}`, gaps), why: t(`action.${kind}.why`, gaps) };
}

/** Where the customers behind a number are listed. */
export function listOf(filter: string): string {
  return `/customers?filter=${encodeURIComponent(filter)}`;
}

/** The page of a table, given as `source.table`: where a column is given a meaning. */
export function placeOf(place: string): string {
  const [source = "", ...table] = place.split(".");
  return `/sources/${encodeURIComponent(source)}/tables#${encodeURIComponent(`table-${table.join(".")}`)}`;
}

/** Where something is done that touches rows or columns rather than customers; null for what touches customers. */
export function mendedAt({ kind, facts }: Action): string | null {
  if (typeof facts.source !== "string" || typeof facts.table !== "string") return null;
  if (kind === "quarantine") return `/sources/${encodeURIComponent(facts.source)}/quarantine`;
  return placeOf(`${facts.source}.${facts.table}`);
}

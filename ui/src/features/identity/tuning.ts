/** The settings of identity as a form holds them. */
import type { TuningSettings, WhatIfDraft } from "@/api/previews";

export type TuningDraft = Required<WhatIfDraft>;
export type Factor = number | "ignore";

export function draftOf(settings: TuningSettings): TuningDraft {
  return {
    link_at: settings.link_at ?? null,
    weights: settings.weights ?? {},
    trusted_sources: settings.trusted_sources ?? {},
    unique_sources: settings.unique_sources ?? [],
    never_across: settings.never_across ?? [],
  };
}

/** A table with one entry changed; 1 takes it out, since that is as learned. */
export function withFactor<Value extends Factor>(
  table: Readonly<Record<string, Value>>,
  name: string,
  value: Value,
): Record<string, Value> {
  const rest = Object.fromEntries(Object.entries(table).filter(([one]) => one !== name));
  return value === 1 ? rest : { ...rest, [name]: value };
}

/** A list with a name put in or taken out; in a fixed order. */
export function toggled(list: readonly string[], name: string, isIn: boolean): string[] {
  const rest = list.filter((one) => one !== name);
  return isIn ? [...rest, name].sort() : rest;
}

/** Whether two drafts say the same, whatever the order. */
export function isSame(one: TuningDraft, other: TuningDraft): boolean {
  return JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

function ordered(draft: TuningDraft): unknown {
  const table = (entries: object | null): unknown => Object.entries(entries ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    draft.link_at,
    table(draft.weights),
    table(draft.trusted_sources),
    [...(draft.unique_sources ?? [])].sort(),
    [...(draft.never_across ?? [])].sort(),
  ];
}

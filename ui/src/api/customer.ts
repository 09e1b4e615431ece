/** One customer: card, what was told, timeline, records side by side, identity; and who sees which essentials. */
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "./client";
import { type Edit, useEdit } from "./edit";
import { type PagedRows, usePaged } from "./paged";
import { useChanges } from "./stream";

export interface OtherValue {
  value: string | null;
  source: string;
  table: string;
  record_key: string | null;
  why_lost: string;
  observed_at: string | null;
  raw: string | null;
  records: number;
  systems: string[];
  column: string | null;
}

/** That a person picked the value, over whatever rule would have chosen. */
export interface PickOfValue {
  pick_id: string;
  by: string;
  by_name: string;
  at: string;
  reason: string | null;
  over_rule: string;
  over_value: string | null;
}

export interface Attribute {
  name: string;
  value: string | null;
  source: string;
  table: string;
  record_key: string | null;
  column: string;
  rule: string;
  observed_at: string | null;
  raw: string | null;
  records: number;
  systems: string[];
  values: (string | null)[];
  others: OtherValue[];
  more: number;
  pick: PickOfValue | null;
  is_conflict: boolean;
  hidden_by: string | null;
}

export interface Part {
  name: string;
  type: string;
  value: unknown;
  hidden_by: string | null;
}

export interface Essential {
  field: string;
  parts: Part[];
  is_more: boolean;
}

export interface CardRecord {
  subject_id: string | null;
  source: string;
  table: string;
  record_key: string | null;
  attached_at: string;
  created_at: string | null;
  changed_at: string | null;
}

export interface Card {
  customer_id: string;
  asked_for: string;
  kind: string;
  state: string;
  display_name: string | null;
  name_hidden_by: string | null;
  created_at: string;
  version: number;
  updated_at: string | null;
  local_time: { zone: string; basis: string } | null;
  essentials: Essential[];
  attributes: Attribute[];
  traits: Record<string, unknown>;
  records: CardRecord[];
  events: number;
  former_ids: string[];
  present: string;
}

export interface ToldFact {
  name: string;
  value: string | null;
  told_at: string | null;
  age_days: number | null;
  source: string;
  table: string;
  record_key: string | null;
  systems: string[];
  is_confirmed: boolean;
  is_disputed: boolean;
  openings: number;
  hidden_by: string | null;
}

export interface TimelineEntry {
  entry_id: string;
  kind: string;
  occurred_at: string | null;
  department: string;
  event_type: string;
  source: string | null;
  table: string | null;
  role: string | null;
  title: string | null;
  text: string | null;
  is_excerpt: boolean;
  status: string | null;
  channel: string | null;
  counterpart: string | null;
  amount: number | null;
  currency: string | null;
  score: number | null;
  scale: [number, number] | null;
  body: unknown;
  hidden: Record<string, string>;
  count: number;
  earliest_at: string | null;
}

export interface Cell {
  record: number;
  value: string | null;
  raw: string | null;
  is_chosen: boolean;
  is_writer: boolean;
  why_lost: string | null;
  column: string | null;
  observed_at: string | null;
}

export interface Row {
  name: string;
  rule: string;
  is_multiple: boolean;
  is_conflict: boolean;
  cells: Cell[];
  may_pick: boolean;
  more: number;
  pick: PickOfValue | null;
  hidden_by: string | null;
}

export interface SideBySide {
  version: number;
  may_pick: boolean;
  records: CardRecord[];
  attributes: Row[];
  conflicts: string[];
}

export interface Attachment {
  subject_id: string | null;
  source: string;
  table: string;
  record_key: string | null;
  customer_id: string | null;
  attached_at: string;
  attached_run: number;
  detached_at: string | null;
  detached_run: number | null;
}

export interface IdChange {
  happened_at: string;
  kind: string;
  customer_id: string | null;
  other_customer_id: string | null;
  records: number;
  subject_ids: string[];
  run_id: number;
  change_id: number;
  can_be_undone: boolean;
  hidden_by: string | null;
}

export interface Identity {
  customer_id: string;
  state: string;
  created_at: string;
  created_run: number;
  former_ids: { customer_id: string; issued_at: string }[];
  present: Attachment[];
  past: Attachment[];
  changes: IdChange[];
  runs: { run_id: number; build_no: number | null; actor: string; rule_version: string; reason: string | null }[];
  as_of: string | null;
  then: Attachment[] | null;
}

export interface Layout {
  fields: string[];
  shown: number;
  version: number;
  is_own: boolean;
  available: { name: string; group: "line" | "attribute" | "trait"; systems: string[] }[];
}

export interface Usage {
  since: string;
  openings: number;
  fields: { field: string; openings: number; by_role: Record<string, number> }[];
  never_opened: string[];
  systems: { source: string; fields: number; fields_read: number }[];
}

export interface Wanted {
  department?: readonly string[];
  type?: readonly string[];
  source?: readonly string[];
  kind?: readonly string[];
  from?: string;
  to?: string;
  q?: string;
  collapse?: boolean;
}

export const place = (id: string): string => `/customers/${encodeURIComponent(id)}`;
const keyOf = (id: string, part: string): readonly string[] => ["customer", id, part];

export function useCard(id: string): UseQueryResult<Card> {
  return useQuery({ queryKey: keyOf(id, "card"), queryFn: ({ signal }) => api.get<Card>(place(id), { signal }) });
}

export function useTold(id: string): UseQueryResult<{ items: ToldFact[] }> {
  return useQuery({
    queryKey: keyOf(id, "told"),
    queryFn: ({ signal }) => api.get<{ items: ToldFact[] }>(`${place(id)}/told`, { signal }),
  });
}

export function useTimeline(id: string, wanted: Wanted, limit = 30): PagedRows<TimelineEntry> {
  return usePaged<TimelineEntry>(keyOf(id, "timeline"), `${place(id)}/timeline`, { ...wanted, limit });
}

export function useRecords(id: string): UseQueryResult<SideBySide> {
  return useQuery({
    queryKey: keyOf(id, "records"),
    queryFn: ({ signal }) => api.get<SideBySide>(`${place(id)}/records`, { signal }),
  });
}

export function useIdentity(id: string, asOf: string | null): UseQueryResult<Identity> {
  return useQuery({
    queryKey: [...keyOf(id, "identity"), asOf],
    queryFn: ({ signal }) => api.get<Identity>(`${place(id)}/identity`, { query: { as_of: asOf }, signal }),
    placeholderData: (before) => before,
  });
}

/** Notes that the person is here, once; when their visit before ended, null on the first, undefined until known. */
export function useVisit(id: string): string | null | undefined {
  const [last, setLast] = useState<string | null>();
  useEffect(() => {
    let isHere = true;
    api.post<{ last_visit_at: string | null }>(`${place(id)}/visits`).then(
      (visit) => isHere && setLast(visit.last_visit_at),
      () => isHere && setLast(null),
    );
    return () => {
      isHere = false;
    };
  }, [id]);
  return last;
}

/** Counts that a field was looked at closely. Nobody waits for it, and nobody minds if it is lost. */
export function countOpening(id: string, field: string): void {
  api.post(`${place(id)}/opened`, { field }).catch(() => undefined);
}

/** Reads again what the server says has changed about this customer, and nothing else. */
export function useCustomerChanges(id: string): void {
  const queries = useQueryClient();
  useChanges(["*"], ({ kind, payload }) => {
    const isHere = payload.customer_id === id || payload.resource_id === id;
    const isForAll = kind === "build.finished" || kind === "card_layout.changed";
    if (isHere || isForAll) void queries.invalidateQueries({ queryKey: ["customer", id] });
  });
}

export function useLayout(roleId: string): Edit<Layout> {
  const path = `/card-layouts/${encodeURIComponent(roleId)}`;
  return useEdit<Layout>({
    queryKey: ["card-layout", roleId],
    load: () => api.getVersioned<Layout>(path),
    save: ({ fields, shown }, ifMatch) => api.putVersioned<Layout>(path, { fields, shown }, { ifMatch }),
  });
}

export function useUsage(): UseQueryResult<Usage> {
  return useQuery({
    queryKey: ["card-usage"],
    queryFn: ({ signal }) => api.get<Usage>("/card-layouts/usage", { signal }),
  });
}

export interface RoleName {
  role_id: string;
  name: string;
}

/** The company's roles by name; empty for those who may not read them. */
export function useRoleNames(isWanted: boolean): RoleName[] {
  const { data } = useQuery({
    queryKey: ["role-names"],
    queryFn: ({ signal }) => api.get<{ items: RoleName[] } | RoleName[]>("/roles", { signal }),
    enabled: isWanted,
  });
  if (!data) return [];
  return Array.isArray(data) ? data : data.items;
}

export interface FieldPolicy {
  pii_class: string;
  yours: string;
  policy: string | null;
  roles: { role: { role_id: string; name: string }; mask: string; is_held: boolean }[];
}

/** Who can see a field, and why. */
export function useFieldPolicy(field: string | null): UseQueryResult<FieldPolicy> {
  return useQuery({
    queryKey: ["field-policy", field],
    queryFn: ({ signal }) => api.get<FieldPolicy>("/access/explain", { query: { field }, signal }),
    enabled: field !== null,
    staleTime: 60_000,
  });
}

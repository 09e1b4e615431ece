/** One customer: card, what was told, timeline, records side by side, identity; and who sees which essentials. */
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "./client";
import { type Edit, useEdit } from "./edit";
import { type PagedRows, usePaged } from "./paged";
import { useChanges } from "./stream";
import type { Schemas } from "./schemas";

export type OtherValue = Schemas["OtherValue"];

/** That a person picked the value, over whatever rule would have chosen. */
export type PickOfValue = Schemas["PickOfValue"];
export type Attribute = Schemas["Attribute"];
export type Part = Schemas["Part"];
export type Essential = Schemas["Essential"];
export type CardRecord = Schemas["CardRecord"];
export type Card = Schemas["CustomerCard"];
export type ToldFact = Schemas["ToldFact"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Cell = Schemas["onefold__api__card__answers__Cell"];
export type Row = Schemas["Row"];
export type SideBySide = Schemas["SideBySide"];
export type Attachment = Schemas["Attachment"];
export type IdChange = Schemas["IdChange"];
export type Identity = Schemas["Identity"];
export type Layout = Schemas["LayoutAnswer"];
export type Usage = Schemas["UsageAnswer"];

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

/** Lists of customers: rows, counts, attributes, facets, saved views, export, tags for many. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, requestOf, send, type Paged } from "./client";

export interface CustomerRow {
  customer_id: string;
  kind: "person" | "organisation";
  values: Record<string, string | number | boolean | null>;
  hidden: Record<string, string>;
}

interface CustomerPage extends Paged<CustomerRow> {
  count_is_estimate: boolean;
}

export interface Attribute {
  name: string;
  type: "text" | "number" | "moment" | "flag" | "list";
  meaning: string;
  column: string | null;
  is_sortable: boolean;
  is_fast: boolean;
  is_searchable: boolean;
  policy: string | null;
}

export interface Wanted {
  q: string;
  filter: string;
}

export interface Listed extends Wanted {
  sort: string;
  fields: readonly string[];
}

export interface View {
  view_id: string;
  name: string;
  query: string;
  filter: string;
  sort: string;
  columns: string[];
  shared_with: string[];
  owner_name: string;
  is_mine: boolean;
  version: number;
}

export type ViewDraft = Pick<View, "name" | "query" | "filter" | "sort" | "columns" | "shared_with">;

export interface Tag {
  tag_id: string;
  name: string;
}

const PAGE = 100;

export function useCustomers(listed: Listed, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ["customers", "rows", listed],
    queryFn: ({ pageParam, signal }) =>
      api.get<CustomerPage>("/customers", { query: { ...listed, limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** How many there are in all; asked beside the rows, which need not wait for it. */
export function useCustomerCount({ q, filter }: Wanted, enabled: boolean) {
  return useQuery({
    queryKey: ["customers", "count", q, filter],
    queryFn: ({ signal }) =>
      api.get<CustomerPage>("/customers", { query: { q, filter, fields: "kind", limit: 1, count: "exact" }, signal }),
    select: ({ count, count_is_estimate }) => ({ count: count ?? 0, isEstimate: count_is_estimate }),
    enabled,
  });
}

export function useAttributes() {
  return useQuery({
    queryKey: ["customers", "attributes"],
    queryFn: ({ signal }) =>
      api.get<{ items: Attribute[]; default_fields: string[] }>("/customers/attributes", { signal }),
    staleTime: 5 * 60_000,
  });
}

export function useFacet(attribute: string | null, containing: string) {
  return useQuery({
    queryKey: ["customers", "facets", attribute, containing],
    queryFn: ({ signal }) =>
      api.get<{ items: { value: string | number | boolean; customers: number }[]; is_estimate: boolean }>(
        "/customers/facets",
        { query: { attribute, containing, limit: 50 }, signal },
      ),
    enabled: attribute !== null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export const VIEWS_KEY = ["customers", "views"] as const;

export function useViews(enabled: boolean) {
  return useQuery({
    queryKey: VIEWS_KEY,
    queryFn: ({ signal }) => api.get<{ items: View[] }>("/views", { signal }),
    select: ({ items }) => items,
    enabled,
  });
}

export const createView = (draft: ViewDraft, idempotencyKey: string) =>
  api.post<View>("/views", draft, { idempotencyKey });

export const changeView = (view: View, draft: ViewDraft) =>
  api.put<View>(`/views/${view.view_id}`, draft, { ifMatch: `"${view.version}"` });

export const deleteView = (view: View) => api.delete(`/views/${view.view_id}`, { ifMatch: `"${view.version}"` });

/** Which customers something is done to: those that the list shows, or the ones picked. */
export interface Choice {
  filter?: string;
  q?: string;
  ids?: string[];
}

export interface TagsDone {
  customers: number;
  changed: number;
}

export const tagCustomers = (choice: Choice, add: string[], remove: string[], isDryRun: boolean) =>
  api.post<TagsDone>("/customers/tags", { ...choice, add, remove, dry_run: isDryRun });

export function useTags(enabled: boolean) {
  return useQuery({
    queryKey: ["tags"],
    queryFn: ({ signal }) => api.get<{ items: Tag[] }>("/tags", { signal }),
    select: ({ items }) => items,
    enabled,
  });
}

export type ExportFormat = "csv" | "ndjson" | "parquet";

/** Streams the export into a file; tells how many bytes have come. */
export async function exportCustomers(
  choice: Choice,
  fields: readonly string[],
  format: ExportFormat,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await send(requestOf("POST", "/customers/export", { ...choice, fields, format }, { signal }));
  const parts: BlobPart[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
    parts.push(step.value);
    bytes += step.value.byteLength;
    onProgress(bytes);
  }
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts, { type: response.headers.get("Content-Type") ?? "" }));
  link.download = name ?? `customers.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

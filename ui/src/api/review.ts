/** What people are asked about who is who: the queue, one item, answers, answers to many at once. */
import { type QueryClient, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { api } from "./client";
import { type PagedRows, usePaged } from "./paged";
import type { Schemas } from "./schemas";
import { useChanges } from "./stream";

export type ReviewItem = Schemas["ReviewItemOut"];
export type ItemDetail = Schemas["ReviewDetail"];
export type ItemKind = ReviewItem["kind"];
export type ItemCustomer = Pick<Schemas["CustomerRef"], "customer_id" | "display_name" | "name_hidden_by">;
export type Answer = Schemas["AnswerGiven"]["answer"];
export type Answered = Schemas["AnswerOut"];
export type Pattern = Schemas["PatternOut"];
export type PatternRow = Schemas["PatternCountOut"];
export type Graph = Schemas["Graph"];
export type Summary = Schemas["SummaryOut"];
export type Many = Schemas["BulkOut"];
/** What one record says about one attribute, and whether another record says something else. */
export type Said = Schemas["FieldOut"];

/** What the list is narrowed to and ordered by, as the address says it. */
export interface QueueQuery extends Record<string, string> {
  state: string;
  kind: string;
  pattern: string;
  customer: string;
  sort: string;
}

const KEY = "review";
const place = (itemId: string): string => `/identity/review/${encodeURIComponent(itemId)}`;

export function useQueue(query: QueueQuery, isWanted = true): PagedRows<ReviewItem> {
  return usePaged<ReviewItem>([KEY, "queue"], "/identity/review", { ...query, limit: 50 }, isWanted);
}

export function useReviewSummary(): UseQueryResult<Summary> {
  return useQuery({
    queryKey: [KEY, "summary"],
    queryFn: ({ signal }) => api.get<Summary>("/identity/review/summary", { signal }),
  });
}

export function usePatterns(): UseQueryResult<Schemas["PatternsOut"]> {
  return useQuery({
    queryKey: [KEY, "patterns"],
    queryFn: ({ signal }) => api.get<Schemas["PatternsOut"]>("/identity/review/patterns", { signal }),
  });
}

const itemQuery = (itemId: string) => ({
  queryKey: [KEY, "item", itemId],
  queryFn: ({ signal }: { signal: AbortSignal }) => api.get<ItemDetail>(place(itemId), { signal }),
});

export function useReviewItem(itemId: string): UseQueryResult<ItemDetail> {
  return useQuery(itemQuery(itemId));
}

/** Has the next question ready before it is asked for. */
export function prefetchItem(queries: QueryClient, itemId: string): void {
  void queries.prefetchQuery({ ...itemQuery(itemId), staleTime: 30_000 });
}

export function sendAnswer(
  item: Pick<ReviewItem, "item_id" | "version">,
  answer: Answer,
  reason: string,
  idempotencyKey: string,
): Promise<Answered> {
  return api.post<Answered>(
    `${place(item.item_id)}/answer`,
    { answer, reason },
    { ifMatch: `"${item.version}"`, idempotencyKey },
  );
}

/** My answer that waits for a second person, or passed over; one that took effect, with all it did. */
export function takeBack({ item_id: id, version }: Pick<ReviewItem, "item_id" | "version">): Promise<ReviewItem> {
  return api.delete<ReviewItem>(`${place(id)}/answer`, { ifMatch: `"${version}"` });
}

export function answerPattern(
  key: string,
  said: { answer: "same" | "different"; reason: string; dry_run: boolean },
  idempotencyKey?: string,
): Promise<Many> {
  return api.post<Many>(`/identity/review/patterns/${encodeURIComponent(key)}/answer`, said, { idempotencyKey });
}

export function isUnderWay({ state }: Many): boolean {
  return state === "queued" || state === "running";
}

/** How far an answer to many is; asked again until it is through. */
export function useMany(bulkId: string | null): UseQueryResult<Many> {
  return useQuery({
    queryKey: [KEY, "bulk", bulkId],
    queryFn: ({ signal }) => api.get<Many>(`/identity/review/bulk/${encodeURIComponent(bulkId ?? "")}`, { signal }),
    enabled: bulkId !== null,
    refetchInterval: ({ state }) => (state.data && !isUnderWay(state.data) ? false : 700),
  });
}

/** Everything that an answer may have changed is read anew; the questions themselves only where they are shown. */
export function refreshAfterAnswer(queries: QueryClient): void {
  for (const queryKey of [[KEY], ["customer"], ["customers"], ["identity"], ["quality"]]) {
    void queries.invalidateQueries({ queryKey });
  }
}

/** Other people answer too. */
export function useReviewChanges(): void {
  const queries = useQueryClient();
  useChanges(["identity.*", "review.*", "build.finished"], () => void queries.invalidateQueries({ queryKey: [KEY] }));
}

/** What people are asked about who is who: the queue, one item, answers, answers to many at once. */
import { type QueryClient, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { api } from "./client";
import { type Effect, type Link, type RecordRef, withdraw } from "./identity";
import { type PagedRows, usePaged } from "./paged";
import { useChanges } from "./stream";

export type ItemKind = "pair" | "bridge" | "cluster";
export type ItemState = "open" | "waiting" | "answered" | "skipped" | "lapsed";
export type Answer = "same" | "different" | "skip";

export interface Pattern {
  key: string;
  kind: ItemKind;
  /** What agrees and what does not, in the order of the fields. */
  parts: { field: string; agreement: "same" | "shared" | "similar" | "different" | null; hidden_by: string | null }[];
}

export interface AnswerGiven {
  answer: Answer;
  reason: string;
  made_by: string;
  made_at: string;
  is_mine: boolean;
}

export interface ItemCustomer {
  customer_id: string;
  display_name: string | null;
  name_hidden_by: string | null;
}

export interface ReviewItem {
  item_id: string;
  kind: ItemKind;
  state: ItemState;
  probability: number;
  pattern: Pattern;
  teaches: number;
  touches: number;
  customers: ItemCustomer[];
  records: RecordRef[];
  records_a: number;
  records_b: number;
  answers: AnswerGiven[];
  is_disputed: boolean;
  my_answer: Answer | null;
  may_answer: boolean;
  answer: "same" | "different" | null;
  answered_at: string | null;
  version: number;
}

/** What one record says about one attribute, and whether another record says something else. */
export interface Said {
  attribute: string;
  values: string[];
  differs: boolean;
  hidden_by: string | null;
}

export interface ComparedRecord {
  ref: RecordRef;
  side: "a" | "b";
  /** One of the two that say most. */
  is_telling: boolean;
  fields: Said[];
}

export interface GraphLink {
  a: number;
  b: number;
  weight: number;
  probability: number;
  /** Between the sides: part of what holds them together. */
  crosses: boolean;
}

export interface Graph {
  nodes: { node: number; ref: RecordRef; side: "a" | "b" }[];
  links: GraphLink[];
  weakest: { links: number; possible: number; weight: number; probability: number };
}

export interface ItemDetail {
  item: ReviewItem;
  records: ComparedRecord[];
  attributes: string[];
  evidence: Link;
  graph: Graph;
}

export interface Taught {
  vanished: number;
  similar: number;
  answered_same: number;
  answered_different: number;
  counts: Record<string, number>;
}

export interface Answered {
  item: ReviewItem;
  effect: Effect | null;
  waits_for_second: boolean;
  taught: Taught;
}

export interface Improvement {
  answers: number;
  merged: number;
  split: number;
  vanished: number;
}

export interface Summary {
  /** State, then kind. */
  counts: Record<string, Record<string, number>>;
  open: number;
  waiting: number;
  answered: number;
  answered_today: number;
  /** Waits for somebody else to agree with me. */
  mine_waiting: number;
  /** Waits for a second person, who may be me. */
  for_me: number;
  two_people: boolean;
  today: Improvement;
}

export interface PatternRow {
  key: string;
  kind: ItemKind;
  label: Pattern;
  items: number;
  customers: number;
  probability: number;
  examples: ReviewItem[];
}

export interface Many {
  is_dry_run: boolean;
  bulk_id: string | null;
  state: string;
  items: number;
  customers: number;
  answered: number;
  waiting: number;
  vanished: number;
  refused: number;
  counts: Record<string, number>;
  examples: ReviewItem[];
}

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

export function usePatterns(): UseQueryResult<{ items: PatternRow[] }> {
  return useQuery({
    queryKey: [KEY, "patterns"],
    queryFn: ({ signal }) => api.get<{ items: PatternRow[] }>("/identity/review/patterns", { signal }),
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

/** Takes back what was said, as far as it went: a waiting answer, the change of the map, or the decision alone. */
export async function undoAnswer({ item, effect }: Answered): Promise<void> {
  if (!effect) await takeBack(item);
  else if (effect.run_id !== null) await api.post(`/identity/runs/${effect.run_id}/undo`, { reason: "" });
  else for (const override of effect.overrides) await withdraw(override);
}

/** My own answer that waits for a second person, or that passed over. */
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

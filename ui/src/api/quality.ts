/** How good the map of customers is: estimates from labels, the pairs to label, the labels. */
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { api } from "./client";
import type { Link, RecordRef } from "./identity";
import { type PagedRows, usePaged } from "./paged";
import { useChanges } from "./stream";

export type LabelAnswer = "same" | "different" | "unsure";

export interface Interval {
  value: number;
  low: number;
  high: number;
}

export interface Stratum {
  stratum: string;
  is_joined: boolean;
  is_seen: boolean;
  pairs: number;
  expected: number;
  labelled: number;
  same: number;
  rate: Interval | null;
}

export interface Past {
  build_no: number;
  at: string;
  labelled: number;
  precision: Interval;
  recall: Interval;
}

export interface Reliability {
  from: number;
  to: number;
  expected: number;
  observed: number;
  pairs: number;
}

export interface Label {
  label_id: string;
  subject_a: RecordRef;
  subject_b: RecordRef;
  answer: LabelAnswer;
  purpose: "sample" | "review";
  stratum: string | null;
  model_probability: number | null;
  is_stale: boolean;
  is_joined: boolean | null;
  labelled_by: string;
  labelled_at: string;
  withdrawn_at: string | null;
  withdrawn_by: string | null;
}

export interface Quality {
  precision: Interval | null;
  recall: Interval | null;
  f1: Interval | null;
  labelled: number;
  unsure: number;
  stale: number;
  wanted: number;
  method: string;
  by_stratum: Stratum[];
  history: Past[];
  calibration: Reliability[];
  contradictions: Label[];
}

export interface SampleRecord {
  ref: RecordRef;
  /** Of its customer at present. */
  display_name: string | null;
  fields: { attribute: string; value: string | null; differs: boolean; hidden_by: string | null }[];
}

export interface SamplePair {
  subject_a: string | null;
  subject_b: string | null;
  probability: number | null;
  is_joined: boolean;
  stratum: string | null;
  records: SampleRecord[];
  evidence: Link | null;
}

export interface Sample {
  pairs: SamplePair[];
  wanted: number;
}

const KEY = "quality";

export function useQuality(): UseQueryResult<Quality> {
  return useQuery({
    queryKey: [KEY, "estimate"],
    queryFn: ({ signal }) => api.get<Quality>("/identity/quality", { signal }),
  });
}

export function useSample(): UseQueryResult<Sample> {
  return useQuery({
    queryKey: [KEY, "sample"],
    queryFn: ({ signal }) => api.get<Sample>("/identity/quality/sample", { query: { limit: 10 }, signal }),
    staleTime: Infinity,
  });
}

export function useLabels(): PagedRows<Label> {
  return usePaged<Label>([KEY, "labels"], "/identity/quality/labels", { limit: 25 });
}

export function sendLabel(
  label: { subject_a: string; subject_b: string; answer: LabelAnswer },
  idempotencyKey: string,
): Promise<Label> {
  return api.post<Label>("/identity/quality/labels", label, { idempotencyKey });
}

export function withdrawLabel(labelId: string): Promise<Label> {
  return api.delete<Label>(`/identity/quality/labels/${encodeURIComponent(labelId)}`);
}

/** Other people label too. */
export function useQualityChanges(): void {
  const queries = useQueryClient();
  useChanges(["identity.labelled", "identity.unlabelled", "build.finished"], () => {
    void queries.invalidateQueries({ queryKey: [KEY, "estimate"] });
    void queries.invalidateQueries({ queryKey: [KEY, "labels"] });
  });
}

/** How good the map of customers is: estimates from labels, the pairs to label, the labels. */
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { api } from "./client";
import { type PagedRows, usePaged } from "./paged";
import type { Schemas } from "./schemas";
import { useChanges } from "./stream";

export type Quality = Schemas["QualityOut"];
export type Interval = Schemas["IntervalOut"];
export type Stratum = Schemas["StratumOut"];
export type Label = Schemas["LabelOut"];
export type LabelAnswer = Label["answer"];
export type SamplePair = Schemas["PairOut"];

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

/** Settling contradictions: picks of one customer, the list across customers; and handing a customer over. */
import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from "@tanstack/react-query";
import type { Person } from "./care";
import { api } from "./client";
import { place } from "./customer";
import { type PagedRows, usePaged } from "./paged";
import { useChanges } from "./stream";
import type { Schemas } from "./schemas";

export type Picked = Schemas["Picked"];
export type PickOutcome = Schemas["PickOutcome"];
export type Contradiction = Schemas["Contradiction"];
export type ContradictionCounts = Schemas["ContradictionCounts"];

export interface ContradictionQuery extends Record<string, string | undefined> {
  state?: string;
  attribute?: string;
  system?: string;
}

export type Handover = Schemas["HandoverAnswer"];

/** What is decided: this value counts, or, where it is null, the rules decide again. */
export interface Decision {
  value: string | null;
  reason: string;
}

export function usePicks(id: string): UseQueryResult<{ picks: Picked[] }> {
  return useQuery({
    queryKey: ["customer", id, "picks"],
    queryFn: ({ signal }) => api.get<{ picks: Picked[] }>(`${place(id)}/picks`, { signal }),
  });
}

/** Settles one attribute of one customer, as it was seen at `version`. */
export function useDecide(
  id: string,
  attribute: string,
  version: number,
): UseMutationResult<PickOutcome, Error, Decision> {
  const queries = useQueryClient();
  const address = `${place(id)}/picks/${encodeURIComponent(attribute)}`;
  const ifMatch = `"${version}"`;
  return useMutation({
    mutationFn: ({ value, reason }: Decision) =>
      value === null
        ? api.delete<PickOutcome>(address, { ifMatch })
        : api.put<PickOutcome>(address, { value, reason: reason.trim() || null }, { ifMatch }),
    onSettled: async () => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: ["customer"] }), // also pages that were opened by another key
        queries.invalidateQueries({ queryKey: ["contradictions"] }),
      ]);
    },
  });
}

export function useContradictions(query: ContradictionQuery): PagedRows<Contradiction> {
  const queries = useQueryClient();
  useChanges(["pick.*", "build.finished"], () => void queries.invalidateQueries({ queryKey: ["contradictions"] }));
  return usePaged<Contradiction>(["contradictions", "list"], "/contradictions", { ...query, limit: 25 });
}

export function useContradictionCounts(query: ContradictionQuery): UseQueryResult<ContradictionCounts> {
  return useQuery({
    queryKey: ["contradictions", "counts", query],
    queryFn: ({ signal }) => api.get<ContradictionCounts>("/contradictions/counts", { query, signal }),
    placeholderData: (before) => before,
  });
}

export function useHandover(id: string, isWanted: boolean): UseQueryResult<Handover> {
  return useQuery({
    queryKey: ["customer", id, "handover"],
    queryFn: ({ signal }) => api.get<Handover>(`${place(id)}/handover`, { signal }),
    enabled: isWanted,
  });
}

export interface HandoverDraft {
  to: Person;
  message: string;
  task: { title: string; due_on: string | null } | null;
}

export function handOver(id: string, draft: HandoverDraft, idempotencyKey: string): Promise<unknown> {
  const body = { to: draft.to.user_id, message: draft.message, task: draft.task };
  return api.post(`${place(id)}/handover`, body, { idempotencyKey });
}

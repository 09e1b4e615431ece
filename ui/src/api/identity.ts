/** Who is who: why records are one customer, people's decisions about it, and undo. */
import { useMutation, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { api } from "./client";
import type { Schemas } from "./schemas";

export type Explanation = Schemas["ExplanationOut"];
export type Link = Schemas["EvidenceOut"];
export type RecordRef = Schemas["RecordRef"];
export type Override = Schemas["OverrideOut"];
export type Effect = Schemas["EffectOut"];

export interface Decision {
  kind: "same" | "different";
  a: string[];
  b: string[];
  reason: string;
}

/** Why the records of ``a`` are one customer; with ``b``, why the two are one, or are not. */
export function useExplanation(a: string, b: string | null): UseQueryResult<Explanation> {
  return useQuery({
    queryKey: ["customer", a, "explanation", b],
    queryFn: ({ signal }) => api.get<Explanation>("/identity/explain", { query: { a, b }, signal }),
    retry: false,
  });
}

/** What a decision would do; nothing is changed. */
export function useForecast(decision: Decision | null): UseQueryResult<Effect> {
  return useQuery({
    queryKey: ["identity", "forecast", decision?.kind, decision?.a, decision?.b],
    queryFn: ({ signal }) =>
      api.post<Effect>("/identity/overrides", { ...decision, reason: "", dry_run: true }, { signal }),
    enabled: decision !== null,
    retry: false,
    gcTime: 0,
  });
}

/** An action that changes who is who; afterwards everything about customers is read anew. */
export function useMapAction<Input, Output>(action: (input: Input) => Promise<Output>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: action,
    onSuccess: () => {
      for (const queryKey of [["customer"], ["customers"], ["identity"]]) void queries.invalidateQueries({ queryKey });
    },
  });
}

export function decide(decision: Decision, idempotencyKey: string): Promise<Effect> {
  return api.post<Effect>("/identity/overrides", decision, { idempotencyKey });
}

export function undoChange(changeId: number): Promise<Effect> {
  return api.post<Effect>(`/identity/changes/${changeId}/undo`, { reason: "" });
}

export function withdraw({ override_id, version }: Override): Promise<Override> {
  return api.post<Override>(`/identity/overrides/${override_id}/withdraw`, undefined, { ifMatch: `"${version}"` });
}

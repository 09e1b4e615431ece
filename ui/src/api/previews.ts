/** What the customers would become: what-ifs of other settings, plans of the next build; and the runs that changed them. */
import { keepPreviousData, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "./client";
import { type PagedRows, usePaged } from "./paged";
import type { Schemas } from "./schemas";

export type Preview = Schemas["PreviewOut"];
export type PreviewChange = Schemas["PreviewChangeOut"];
export type Expected = Schemas["ExpectedOut"];
export type Range = Schemas["RangeOut"];
export type Felt = Schemas["FeltOut"];
export type Tuning = Schemas["TuningOut"];
export type TuningSettings = Schemas["IdentitySettings"];
export type WhatIfDraft = Schemas["WhatIfIn"];
export type Run = Schemas["RunOut"];
export type RunChange = Schemas["ChangeOut"];
export type Effect = Schemas["EffectOut"];
export type ConfigPlan = Schemas["PlanAnswer"];
export type Kind = Preview["kind"];

const OPEN_MS = 1_000;
const PATHS: Record<Kind, string> = { what_if: "/identity/what-if", plan: "/identity/plan" };

export const isOpen = (preview: Preview | undefined): boolean =>
  preview?.state === "queued" || preview?.state === "running";

/** What is set about identity, and what may be. */
export function useTuning(): UseQueryResult<Tuning> {
  return useQuery({ queryKey: ["identity", "tuning"], queryFn: () => api.get<Tuning>("/identity/settings") });
}

/** One preview; asked for again and again until it is found out. */
export function usePreview(kind: Kind, id: string | null): UseQueryResult<Preview> {
  return useQuery({
    queryKey: ["identity", kind, id],
    queryFn: () => api.get<Preview>(`${PATHS[kind]}/${id}`),
    enabled: id !== null,
    refetchInterval: ({ state }) => (isOpen(state.data) ? OPEN_MS : false),
  });
}

export function usePreviews(kind: Kind): UseQueryResult<{ items: Preview[] }> {
  return useQuery({
    queryKey: ["identity", kind, "all"],
    queryFn: () => api.get<{ items: Preview[] }>(PATHS[kind], { query: { limit: 10 } }),
  });
}

export function usePreviewChanges(kind: Kind, id: string, only: string | null): PagedRows<PreviewChange> {
  return usePaged<PreviewChange>(["identity", kind, id, "changes"], `${PATHS[kind]}/${id}/changes`, {
    kind: only,
    limit: 25,
  });
}

export function useFelt(kind: Kind, id: string): UseQueryResult<Felt> {
  return useQuery({
    queryKey: ["identity", kind, id, "felt"],
    queryFn: () => api.get<Felt>(`${PATHS[kind]}/${id}/felt`),
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function askWhatIf(draft: WhatIfDraft): Promise<Preview> {
  return api.post<Preview>(PATHS.what_if, draft);
}

export function askPlan(): Promise<Preview> {
  return api.post<Preview>(PATHS.plan, { sources: [] });
}

/** The settings of a what-if as text, and what applying them changes. */
export async function planSettings(id: string): Promise<{ files: Record<string, string>; plan: ConfigPlan }> {
  const { files } = await api.get<{ files: Record<string, string> }>(`${PATHS.what_if}/${id}/configuration`);
  return { files, plan: await api.post<ConfigPlan>("/config/plan", { files }) };
}

export function applySettings(files: Record<string, string>, fingerprint: string): Promise<ConfigPlan> {
  return api.post<ConfigPlan>("/config/apply", { files, fingerprint });
}

export function useRuns(): PagedRows<Run> {
  return usePaged<Run>(["identity", "runs"], "/identity/runs", { limit: 20 });
}

export function useRunChanges(runId: number): UseQueryResult<{ items: RunChange[]; last: number }> {
  return useQuery({
    queryKey: ["identity", "runs", runId, "changes"],
    queryFn: () =>
      api.get<{ items: RunChange[]; last: number }>("/identity/changes", { query: { run: runId, limit: 100 } }),
  });
}

/** What is undone: one change, or all of a run. */
export interface Undoing {
  what: "changes" | "runs";
  id: number;
}

export function undo({ what, id }: Undoing, reason: string, isDryRun: boolean): Promise<Effect> {
  return api.post<Effect>(`/identity/${what}/${id}/undo`, { reason, dry_run: isDryRun });
}

export function useUndoForecast(undoing: Undoing): UseQueryResult<Effect> {
  return useQuery({
    queryKey: ["identity", "undo", undoing.what, undoing.id],
    queryFn: () => undo(undoing, "", true),
    retry: false,
    gcTime: 0,
    staleTime: 0,
  });
}

/** The map the last build kept because it would have changed too much; null where it did not. */
export function useKeptMap(): UseQueryResult<Schemas["KeptMap"] | null> {
  return useQuery({
    queryKey: ["builds", "kept"],
    queryFn: async () => {
      const { items } = await api.get<{ items: Schemas["BuildOut"][] }>("/builds", { query: { limit: 5 } });
      return items.find(({ finished_at }) => finished_at)?.steps.resolve?.kept_map ?? null;
    },
  });
}

/** Everything about who is who is read anew. */
export function useRefreshIdentity(): () => void {
  const queries = useQueryClient();
  return useCallback(() => {
    for (const queryKey of [["identity"], ["builds"], ["customer"], ["customers"]]) {
      void queries.invalidateQueries({ queryKey });
    }
  }, [queries]);
}

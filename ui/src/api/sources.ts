/** Sources, their tables, uploads, builds, schedules, quarantine and jobs: types of the API and hooks for pages. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, type Versioned } from "./client";
import { useChanges } from "./stream";
import type { Schemas } from "./schemas";

export type ShownValue = Schemas["ShownOut"];
export type SourceTable = Schemas["SourceTable"];
export type Source = Schemas["SourceOut"];
export type SourceList = Schemas["SourceList"];
export type Column = Schemas["ColumnOut"];
export type Join = Schemas["JoinOut"];
export type Table = Schemas["TableOut"];
export type TableLook = Schemas["TableLookOut"];
export type Side = Schemas["SideOut"];
export type Effect = Schemas["MeaningEffect"];

export type JobState = "queued" | "running" | "succeeded" | "failed" | "cancelled";

export type Job = Schemas["JobOut"];
export type Build = Schemas["BuildOut"];
export type Step = Schemas["StepOut"];

export interface ScheduleDraft {
  cron: string;
  time_zone: string;
  is_paused: boolean;
  sources: string[];
}

export type Schedule = Schemas["ScheduleOut"];
export type QuarantinedRow = Schemas["QuarantinedOut"];
export type Upload = Schemas["UploadOut"];

export type Place =
  | { kind: "files"; uploads: string[] }
  | { kind: "location"; location: string }
  | {
      kind: string;
      host: string;
      port?: number | null;
      database: string;
      user: string;
      password?: string | null;
      is_tls: boolean;
    };

const RUNNING_MS = 1_000;
const IDLE_MS = 15_000;

export const isOpen = (job: Job | null | undefined): boolean => job?.state === "queued" || job?.state === "running";

export function useSources() {
  return useQuery({ queryKey: ["sources"], queryFn: () => api.get<SourceList>("/sources") });
}

export function useTables(source: string) {
  return useQuery({
    queryKey: ["sources", source, "tables"],
    queryFn: () => api.get<{ items: Table[]; version: number }>(`/sources/${encodeURIComponent(source)}/tables`),
  });
}

export function useMeanings() {
  return useQuery({
    queryKey: ["meanings"],
    queryFn: () => api.get<{ meanings: { meaning: string }[]; roles: string[] }>("/sources/-/meanings"),
    staleTime: Infinity,
  });
}

/** The build that runs or waits; asked for often while there is one. */
export function useCurrentBuild() {
  return useQuery({
    queryKey: ["builds", "current"],
    queryFn: () => api.get<{ job: Job | null }>("/builds/current"),
    refetchInterval: ({ state }) => (isOpen(state.data?.job) ? RUNNING_MS : IDLE_MS),
  });
}

export function useSchedules(enabled = true) {
  return useQuery({
    queryKey: ["schedules"],
    queryFn: () => api.get<{ items: Schedule[] }>("/schedules"),
    enabled,
  });
}

export function useJob(jobId: string) {
  return useQuery({
    queryKey: ["jobs", jobId],
    queryFn: () => api.get<Job>(`/jobs/${jobId}`),
    refetchInterval: ({ state }) => (isOpen(state.data) ? RUNNING_MS : false),
  });
}

/** Reads everything about sources again: after a build, a correction, a connection. */
export function useRefreshSources(): () => void {
  const queries = useQueryClient();
  return useCallback(() => {
    for (const key of ["sources", "builds", "schedules", "quarantine", "jobs"]) {
      void queries.invalidateQueries({ queryKey: [key] });
    }
  }, [queries]);
}

/** Keeps a page of sources right while others work. */
export function useSourceChanges(): void {
  const refresh = useRefreshSources();
  useChanges(["build.*", "job.*", "source.*", "quarantine.*"], refresh);
}

export const startBuild = (sources: string[], { isConfirmed = false } = {}): Promise<{ job: Job }> =>
  api.post("/builds", { sources, is_confirmed: isConfirmed });
export const cancelJob = (jobId: string): Promise<Job> => api.post(`/jobs/${jobId}/cancel`);
export const retryJob = (jobId: string): Promise<Job> => api.post(`/jobs/${jobId}/retry`);

const tableAddress = (source: string, table: string): string =>
  `/sources/${encodeURIComponent(source)}/tables/${encodeURIComponent(table)}`;

export function noteMeaning(
  source: string,
  table: string,
  column: string,
  meaning: string | null,
  version: number,
): Promise<Versioned<{ version: number }>> {
  const body = { column, meaning };
  return api.patchVersioned(`${tableAddress(source, table)}/columns`, body, { ifMatch: `"${version}"` });
}

export function noteTable(
  source: string,
  table: string,
  choices: { role?: string | null; key?: string[] | null },
  version: number,
): Promise<Versioned<{ version: number }>> {
  return api.patchVersioned(tableAddress(source, table), choices, { ifMatch: `"${version}"` });
}

export function loadSamples(source: string, table: string, column: string) {
  return api.get<{ items: { value: ShownValue; rows: number }[] }>(`${tableAddress(source, table)}/samples`, {
    query: { column },
  });
}

export function tryMeaning(source: string, table: string, column: string, meaning: string): Promise<Effect> {
  return api.post(`/sources/${encodeURIComponent(source)}/preview-meaning`, { table, column, meaning });
}

export const lookInto = (uploads: string[]): Promise<{ tables: TableLook[] }> => api.post("/uploads/look", { uploads });
export const testPlace = (name: string, place: Place): Promise<{ tables: string[] }> =>
  api.post("/sources/test", { name, place });
export const connectSource = (
  source: { name: string; place: Place; owner?: string; yearly_cost?: number },
  idempotencyKey: string,
): Promise<Source> => api.post("/sources", source, { idempotencyKey });
export const replayRows = (
  rows: { quarantine_id: string; values: Record<string, string | null> }[],
): Promise<{ landed: Record<string, number> }> => api.post("/quarantine/replay", { rows });

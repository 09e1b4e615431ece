/** Sources, their tables, uploads, builds, schedules, quarantine and jobs: types of the API and hooks for pages. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, type Versioned } from "./client";
import { useChanges } from "./stream";

export interface ShownValue {
  value: unknown;
  hidden_by?: string | null;
}

export interface SourceTable {
  name: string;
  role: string;
  rows: number;
  columns: number;
  unsure: number;
}

export interface Source {
  name: string;
  kind: string;
  locations: string[];
  is_guarded: boolean;
  tables_chosen: string[] | null;
  encoding: string | null;
  delimiter: string | null;
  region: string | null;
  priority: number;
  owner: string | null;
  yearly_cost: number | null;
  currency: string;
  has_secret: boolean;
  state: "never_read" | "current" | "late" | "failed";
  last_read_at: string | null;
  due_since: string | null;
  next_read_at: string | null;
  rows: number;
  people_records: number | null;
  customers: number | null;
  only_here: number | null;
  cost_per_customer: number | null;
  quarantined: number;
  problem: { code: string; message: string; hint: string } | null;
  tables: SourceTable[];
  version: number;
}

export interface SourceList {
  items: Source[];
  version: number;
  may_use_private: boolean;
}

export interface Column {
  name: string;
  meaning: string;
  confidence: number;
  reason: string;
  is_set_by_person: boolean;
  noted: string | null;
  filled: number | null;
  distinct: number | null;
  examples: ShownValue[];
}

export interface Join {
  column: string;
  to_source: string;
  to_table: string;
  to_column: string;
  coverage: number;
  confidence: number;
  reason: string;
}

export interface Table {
  source: string;
  name: string;
  role: string;
  confidence: number;
  reason: string;
  is_set_by_person: boolean;
  key: string[];
  noted: { role?: string; key?: string | string[]; cursor?: string };
  rows: number;
  columns: Column[];
  joins: Join[];
}

export interface TableLook extends Table {
  is_whole: boolean;
  first_rows: (string | null)[][];
  bad_rows: number;
  notes: string[];
}

export interface Side {
  meaning: string;
  recognised: number;
  refused: number;
  is_kept_as_written: boolean;
}

export interface Effect {
  rows: number;
  now: Side;
  then: Side;
  changed: number;
  refused: ShownValue[];
  examples: { raw: ShownValue; now: ShownValue; then: ShownValue }[];
}

export type JobState = "queued" | "running" | "succeeded" | "failed" | "cancelled";

export interface Job {
  job_id: string;
  kind: string;
  arguments: Record<string, unknown>;
  state: JobState;
  attempts: number;
  progress: { step: string; fraction: number | null; message: string };
  result: { problems?: { source: string; message: string; hint: string }[] } | null;
  error: { code: string; message: string; hint: string } | null;
  resource_id: string | null;
  requested_by: string;
  created_at: string;
  run_after: string;
  started_at: string | null;
  finished_at: string | null;
  is_cancel_requested: boolean;
}

export interface Build {
  entry_id: string;
  at: string;
  build_no: number | null;
  started_at: string | null;
  finished_at: string | null;
  steps: Record<string, { seconds?: number }>;
  job: Job | null;
}

export interface ScheduleDraft {
  cron: string;
  time_zone: string;
  is_paused: boolean;
  sources: string[];
}

export interface Schedule extends ScheduleDraft {
  schedule_id: string;
  next_run_at: string | null;
  last_run_at: string | null;
  last_job_id: string | null;
  owner: string;
  version: number;
}

export interface QuarantinedRow {
  quarantine_id: string;
  source: string;
  table: string;
  origin: string;
  line: number | null;
  reason: string;
  raw: ShownValue;
  build_no: number;
  state: "open" | "replayed" | "resolved";
  corrected: Record<string, string | null> | null;
  columns: string[];
}

export interface Upload {
  upload_id: string;
  name: string;
  size_bytes: number;
  received_bytes: number;
  is_complete: boolean;
  piece_bytes: number;
}

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

export const startBuild = (sources: string[]): Promise<{ job: Job }> => api.post("/builds", { sources });
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

/** The overview of the customers: the silo report as this viewer may see it. */
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { api } from "./client";
import { useChanges } from "./stream";

export interface Count {
  count: number;
  base: number;
  base_name: string;
  system: string | null;
  /** A rule for /customers?filter=…; null where the number does not count customers. */
  filter: string | null;
}

export interface SystemSummary {
  name: string;
  records: number;
  customers: number;
  only_here: Count;
  filter: string;
  tables: number | null;
  rows: number | null;
  owner: string | null;
  yearly_cost: number | null;
  cost_per_customer: number | null;
  median_age_days: number | null;
  newest: string | null;
  unchanged: Count | null;
}

export interface Finding {
  field: string;
  system: string | null;
  count: Count;
  label: string | null;
  /** `source.table` where it is mended, for what is about columns. */
  place: string | null;
}

export type SignName = "inconsistent" | "missing" | "stale" | "absent" | "cost";

export interface Sign {
  name: SignName;
  unit: "customers" | "needs" | "columns";
  share: Count;
  direction: "up" | "down" | "none" | "not_comparable" | null;
  previous: Count | null;
  findings: Finding[];
  examples: { customer_id: string; name: string | null }[];
}

export interface Action {
  kind: string;
  sign: SignName;
  touches: number;
  title: string;
  why: string;
  where: string;
  facts: Record<string, unknown>;
  filter: string | null;
}

export interface Completeness {
  fields: string[];
  systems: string[];
  cells: { field: string; system: string; has_column: boolean; held: Count; lacking: Count }[];
}

export interface Overlap {
  systems: string[];
  cells: { system: string; other: string; customers: Count }[];
}

export interface Overview {
  is_everything: boolean;
  kind: "person" | "organisation";
  customers: number;
  records: number;
  events: number;
  in_several_systems: Count;
  mean_systems: number | null;
  systems: SystemSummary[];
  by_systems: { systems: number; customers: Count }[];
  overlap: Overlap;
  completeness: Completeness;
  signs: Sign[];
  actions: Action[];
  notes: string[];
}

export interface Past {
  build_no: number;
  finished_at: string;
  count: number;
  base: number;
}

export interface BuildNow {
  job_id: string;
  state: string;
  step: string;
  fraction: number | null;
  message: string;
  started_at: string | null;
}

export interface OverviewPage {
  state: "no_sources" | "not_built" | "ready";
  name: string;
  currency: string;
  build: { build_no: number; made_at: string; ages_counted_to: string } | null;
  building: BuildNow | null;
  overview: Overview | null;
  history: Partial<Record<SignName, Past[]>>;
  /** The first build that counted in the viewer's scope; null where none did, or all customers are seen. */
  trend_from_build: number | null;
  last_reads: Record<string, string>;
  /** Doubtful cases that wait for people; null for those who may not answer. */
  reviews: { open: number; for_me: number } | null;
}

const KEY = ["overview"] as const;
const WHILE_BUILDING_MS = 3000;

/** Kept up to date: while something is built often, else when the server says that a build ended. */
export function useOverview(): UseQueryResult<OverviewPage> {
  const queries = useQueryClient();
  useChanges(["job.*", "build.*", "source.*"], () => void queries.invalidateQueries({ queryKey: KEY }));
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<OverviewPage>("/overview", { signal }),
    refetchInterval: ({ state }) => (state.data?.building ? WHILE_BUILDING_MS : false),
  });
}

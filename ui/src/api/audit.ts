/** The audit: who did and who read what. */
import { useQuery } from "@tanstack/react-query";
import { address, api } from "./client";
import { type PagedRows, usePaged } from "./paged";
import type { Schemas } from "./schemas";

export type AuditEntry = Schemas["EntryOut"];

export interface AuditFilter {
  actor: string;
  action: string;
  customer: string;
  resource: string;
  since: string;
  until: string;
}

export type Verification = Schemas["VerificationOut"];

/** Days become the moments they begin and end, where the person is. */
function query(filter: AuditFilter): Record<string, string> {
  const { since, until, ...rest } = filter;
  const moment = (day: string, days: number): string => {
    const date = new Date(`${day}T00:00`);
    date.setDate(date.getDate() + days);
    return Number.isNaN(date.getTime()) ? "" : date.toISOString();
  };
  return { ...rest, since: since && moment(since, 0), until: until && moment(until, 1) };
}

export function useAudit(filter: AuditFilter): PagedRows<AuditEntry> {
  return usePaged<AuditEntry>(["audit"], "/audit", query(filter));
}

export function useAuditActions() {
  return useQuery({ queryKey: ["audit-actions"], queryFn: () => api.get<{ items: string[] }>("/audit/actions") });
}

export const verifyAudit = () => api.get<Verification>("/audit/verify");

export const exportAddress = (filter: AuditFilter, format: "ndjson" | "csv"): string =>
  address("/audit/export", { ...query(filter), format }).toString();

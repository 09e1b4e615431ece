/** Notes, tasks, tags, files and notifications of the API. */
import { useMutation, useQuery, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { api, type Paged } from "./client";
import { usePaged, type PagedRows } from "./paged";
import { useChanges } from "./stream";
import type { Schemas } from "./schemas";

export type Person = Schemas["PersonShape"];

/** A text, or the policy that hides it. */
export interface Hideable {
  text: string | null;
  hidden_by: string | null;
}

export type Note = Schemas["NoteShape"];

export interface NoteVersion {
  version: number;
  body: Hideable;
  written_at: string;
  replaced_at: string;
  replaced_by: Person;
}

export type TaskState = "open" | "done" | "cancelled";

export type Task = Schemas["TaskShape"];

export interface TaskChange {
  version: number;
  actor: Person;
  changed_at: string;
  changes: Record<string, [before: string | null, after: string | null]>;
}

export type Tag = Schemas["TagShape"];
export type TagOnCustomer = Schemas["TagOnCustomerShape"];
export type CareFile = Schemas["FileShape"];
export type Notification = Schemas["NotificationShape"];

export interface Notifications extends Paged<Notification> {
  unread: number;
}

/** The ETag of something whose version is known. */
export const etagOf = ({ version }: { version: number }): string => `"${version}"`;

export const careKeys = {
  notes: (customerId: string): QueryKey => ["care", "notes", customerId],
  note: (noteId: string): QueryKey => ["care", "note", noteId],
  tags: ["care", "tags"] as QueryKey,
  customerTags: (customerId: string): QueryKey => ["care", "tags", "of", customerId],
  tasks: ["care", "tasks"] as QueryKey,
  customerTasks: (customerId: string): QueryKey => ["care", "tasks", "of", customerId],
  task: (taskId: string): QueryKey => ["care", "task", taskId],
  files: (customerId: string): QueryKey => ["care", "files", customerId],
  notifications: ["care", "notifications"] as QueryKey,
};

/** Reads a customer's things again whenever somebody changes one of them, or the customer merges or splits. */
function useFreshness(kind: "note" | "task" | "tag" | "file", customerId: string | null, key: QueryKey): void {
  const queries = useQueryClient();
  useChanges([`${kind}.*`, "customer.*"], ({ payload }) => {
    const about = payload["customer_id"];
    if (customerId && about && about !== customerId && payload["resource"] === kind) return;
    void queries.invalidateQueries({ queryKey: key });
  });
}

export function useNotes(customerId: string): PagedRows<Note> {
  useFreshness("note", customerId, careKeys.notes(customerId));
  return usePaged<Note>(careKeys.notes(customerId), `/customers/${customerId}/notes`, { limit: 20 });
}

export function useFiles(customerId: string): PagedRows<CareFile> {
  useFreshness("file", customerId, careKeys.files(customerId));
  return usePaged<CareFile>(careKeys.files(customerId), `/customers/${customerId}/files`, { limit: 30 });
}

export function useCustomerTasks(customerId: string): PagedRows<Task> {
  useFreshness("task", customerId, careKeys.customerTasks(customerId));
  return usePaged<Task>(careKeys.customerTasks(customerId), `/customers/${customerId}/tasks`, { limit: 30 });
}

export interface TaskQuery extends Record<string, string | undefined> {
  owner?: string;
  state?: string;
  due?: string;
  q?: string;
}

export function useTasks(query: TaskQuery): PagedRows<Task> {
  useFreshness("task", null, careKeys.tasks);
  return usePaged<Task>([...careKeys.tasks, "list"], "/tasks", { ...query, today: localDay(), limit: 50 });
}

export function useCustomerTags(customerId: string) {
  useFreshness("tag", customerId, careKeys.customerTags(customerId));
  return useQuery({
    queryKey: careKeys.customerTags(customerId),
    queryFn: ({ signal }) => api.get<{ items: TagOnCustomer[] }>(`/customers/${customerId}/tags`, { signal }),
  });
}

export function useTags(query: { q?: string; count?: boolean; limit?: number }, enabled = true) {
  return useQuery({
    queryKey: [...careKeys.tags, "all", query],
    queryFn: ({ signal }) => api.get<{ items: Tag[] }>("/tags", { query, signal }),
    placeholderData: (before) => before,
    enabled,
  });
}

export function usePeople(q: string, enabled: boolean) {
  return useQuery({
    queryKey: ["care", "people", q],
    queryFn: ({ signal }) => api.get<{ items: Person[] }>("/mentions", { query: { q, limit: 8 }, signal }),
    placeholderData: (before) => before,
    staleTime: 30_000,
    enabled,
  });
}

export function useNotifications(limit: number) {
  const queries = useQueryClient();
  useChanges(["notification.*"], () => void queries.invalidateQueries({ queryKey: careKeys.notifications }));
  return useQuery({
    queryKey: [...careKeys.notifications, limit],
    queryFn: ({ signal }) => api.get<Notifications>("/notifications", { query: { limit }, signal }),
    refetchInterval: 120_000,
  });
}

/** Something done to one of these lists, which are read again afterwards. */
export function useCareAction<Input, Output = unknown>(
  action: (input: Input) => Promise<Output>,
  ...keys: readonly QueryKey[]
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: action,
    // Not waited for: without a connection that would keep the action from ending.
    onSettled: () => {
      for (const queryKey of keys) void queries.invalidateQueries({ queryKey });
    },
  });
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** Today where the reader is, as a plain day. */
export function localDay(now: Date = new Date()): string {
  return `${now.getFullYear()}-${twoDigits(now.getMonth() + 1)}-${twoDigits(now.getDate())}`;
}

/** What the list shows stands in the address: search, filter, sorting, columns, and the view it began with. */
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { View } from "@/api/customers";

export interface ListState {
  q: string;
  filter: string;
  sort: string;
  /** Empty: the usual ones. */
  columns: readonly string[];
  view: string | null;
}

export const EMPTY: ListState = { q: "", filter: "", sort: "", columns: [], view: null };

export function stateOfView(view: View): ListState {
  return { q: view.query, filter: view.filter, sort: view.sort, columns: view.columns, view: view.view_id };
}

/** Whether the list has been changed since the view was opened. */
export function differs(state: ListState, view: View): boolean {
  return JSON.stringify(state) !== JSON.stringify(stateOfView(view));
}

export function useListState(): [ListState, (change: Partial<ListState>, isTyping?: boolean) => void] {
  const [params, setParams] = useSearchParams();
  const state = useMemo<ListState>(
    () => ({
      q: params.get("q") ?? "",
      filter: params.get("filter") ?? "",
      sort: params.get("sort") ?? "",
      columns: params.get("columns")?.split(",").filter(Boolean) ?? [],
      view: params.get("view"),
    }),
    [params],
  );
  const change = useCallback(
    (part: Partial<ListState>, isTyping = false) => {
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries(part)) {
            const text = Array.isArray(value) ? value.join(",") : (value as string | null);
            if (text) next.set(name, text);
            else next.delete(name);
          }
          return next;
        },
        { replace: isTyping },
      );
    },
    [setParams],
  );
  return [state, change];
}

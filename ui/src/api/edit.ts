/**
 * Editing what others may edit too. The draft remembers the version it was begun on; when somebody else saved
 * meanwhile (412), nothing typed is lost: both versions are shown and the person decides.
 */
import { useQuery, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { isApiError, newIdempotencyKey, type Versioned } from "./client";

export interface Edit<T> {
  /** What the form shows: the draft, else what the server has; undefined while loading. */
  value: T | undefined;
  isDirty: boolean;
  isLoading: boolean;
  isSaving: boolean;
  /** Why loading or saving failed; never the conflict. */
  error: unknown;
  /** Set when somebody else saved meanwhile. */
  conflict: { theirs: T; mine: T } | null;
  change: (next: T | ((before: T) => T)) => void;
  /** Resolves to whether it was saved. */
  save: () => Promise<boolean>;
  /** Forgets the draft. */
  reset: () => void;
  /** Ends a conflict: save mine over theirs, drop mine, or go on editing with both known. */
  resolve: (choice: "mine" | "theirs" | "later") => Promise<boolean>;
  reload: () => void;
}

interface Source<T> {
  queryKey: QueryKey;
  load: () => Promise<Versioned<T>>;
  save: (draft: T, ifMatch: string | null) => Promise<Versioned<T>>;
  enabled?: boolean;
}

interface Draft<T> {
  value: T;
  etag: string | null;
}

export function useEdit<T>({ queryKey, load, save, enabled = true }: Source<T>): Edit<T> {
  const queries = useQueryClient();
  const query = useQuery({ queryKey, queryFn: load, enabled });
  const [draft, setDraft] = useState<Draft<T> | null>(null);
  const [theirs, setTheirs] = useState<Versioned<T> | null>(null);
  const [isSaving, setIsSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const change: Edit<T>["change"] = (next) => {
    setDraft((before) => {
      const base = before ?? (query.data ? { value: query.data.value, etag: query.data.etag } : null);
      if (!base) return null;
      const value = typeof next === "function" ? (next as (before: T) => T)(base.value) : next;
      return { ...base, value };
    });
  };

  const store = async (wanted: Draft<T>): Promise<boolean> => {
    setIsSaving(true);
    setError(null);
    try {
      queries.setQueryData(queryKey, await save(wanted.value, wanted.etag));
      setDraft(null);
      setTheirs(null);
      return true;
    } catch (failure) {
      if (!isApiError(failure, 412)) setError(failure);
      else setTheirs(await load().catch((again: unknown) => (setError(again), null)));
      return false;
    } finally {
      setIsSaving(false);
    }
  };

  const reset = (): void => {
    setDraft(null);
    setTheirs(null);
    setError(null);
  };

  const resolve: Edit<T>["resolve"] = async (choice) => {
    if (!theirs || !draft) return true;
    const rebased = { value: draft.value, etag: theirs.etag };
    if (choice === "mine") return store(rebased);
    queries.setQueryData(queryKey, theirs);
    setTheirs(null);
    setDraft(choice === "later" ? rebased : null);
    return choice === "theirs";
  };

  return {
    value: draft ? draft.value : query.data?.value,
    isDirty: draft !== null,
    isLoading: query.isPending,
    isSaving,
    error: error ?? query.error,
    conflict: theirs && draft ? { theirs: theirs.value, mine: draft.value } : null,
    change,
    save: () => (draft ? store(draft) : Promise.resolve(true)),
    reset,
    resolve,
    reload: () => void query.refetch(),
  };
}

/** A key that stays the same until what it stands for has been created: pressing twice creates once. */
export function useIdempotencyKey(): { key: () => string; used: () => void } {
  const current = useRef<string | null>(null);
  const key = useCallback(() => (current.current ??= newIdempotencyKey()), []);
  const used = useCallback(() => {
    current.current = null;
  }, []);
  return { key, used };
}

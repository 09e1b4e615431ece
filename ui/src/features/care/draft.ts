/** A draft that survives a reload, a lost connection and a restart of the server: kept in this browser until saved. */
import { useEffect, useRef, useState } from "react";

const PAUSE_MS = 250;

function read<T>(key: string, empty: T): T {
  try {
    const kept = window.localStorage.getItem(key);
    return kept ? ({ ...empty, ...(JSON.parse(kept) as T) } as T) : empty;
  } catch {
    return empty;
  }
}

function keep<T>(key: string, value: T, isEmpty: boolean): void {
  try {
    if (isEmpty) window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // The browser keeps nothing for us (private window, full): the draft lives as long as the page.
  }
}

export interface KeptDraft<T> {
  value: T;
  change: (next: T) => void;
  clear: () => void;
  /** It was here before this page was opened. */
  isRestored: boolean;
}

export function useKeptDraft<T extends object>(key: string, empty: T, isEmpty: (value: T) => boolean): KeptDraft<T> {
  const [state, setState] = useState(() => ({ key, value: read(key, empty) }));
  const [restored, setRestored] = useState(() => (isEmpty(state.value) ? null : key));
  const current = useRef({ state, isEmpty });

  if (state.key !== key) {
    const value = read(key, empty);
    setState({ key, value });
    setRestored(isEmpty(value) ? null : key);
  }

  useEffect(() => {
    current.current = { state, isEmpty };
    const timer = setTimeout(() => keep(state.key, state.value, isEmpty(state.value)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [state, isEmpty]);

  useEffect(() => {
    const now = (): void => {
      const { state: last, isEmpty: hasNothing } = current.current;
      keep(last.key, last.value, hasNothing(last.value));
    };
    window.addEventListener("pagehide", now);
    return () => {
      window.removeEventListener("pagehide", now);
      now();
    };
  }, []);

  return {
    value: state.value,
    change: (value) => setState({ key, value }),
    clear: () => {
      keep(key, empty, true);
      setState({ key, value: empty });
      setRestored(null);
    },
    isRestored: restored === key,
  };
}

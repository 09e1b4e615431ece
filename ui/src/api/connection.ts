/**
 * Whether the server answers. Once it does not, it is asked again and again with growing pauses; when it is back,
 * TanStack Query resumes what waited and loads again what is on the page, so that a restart mends itself.
 */
import { onlineManager } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

let isLost = false;
let pauseMs = FIRST_PAUSE_MS;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function set(lost: boolean): void {
  if (lost === isLost) return;
  isLost = lost;
  onlineManager.setOnline(!lost);
  for (const listener of listeners) listener();
}

async function ask(): Promise<void> {
  timer = undefined;
  try {
    const answer = await fetch(new URL("/api/v1/health", window.location.origin), { cache: "no-store" });
    if (answer.ok) {
      set(false);
      return;
    }
  } catch {
    // still nobody there
  }
  pauseMs = Math.min(pauseMs * 1.7, LONGEST_PAUSE_MS);
  timer = setTimeout(() => void ask(), pauseMs);
}

/** Says that a request got no answer. */
export function connectionLost(): void {
  set(true);
  if (timer !== undefined) return;
  pauseMs = FIRST_PAUSE_MS;
  timer = setTimeout(() => void ask(), pauseMs);
}

/** Asks at once, for the button of the banner. */
export function askNow(): void {
  if (timer !== undefined) clearTimeout(timer);
  void ask();
}

/** Listens to the browser's own word about the network. */
export function watchNetwork(): void {
  onlineManager.setEventListener(() => () => {});
  window.addEventListener("offline", connectionLost);
  window.addEventListener("online", askNow);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function isConnectionLost(): boolean {
  return isLost;
}

/** Resolves when the server answers again. */
export function connected(): Promise<void> {
  if (!isLost) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = subscribe(() => {
      stop();
      resolve();
    });
  });
}

export function useIsOffline(): boolean {
  return useSyncExternalStore(subscribe, () => isLost);
}

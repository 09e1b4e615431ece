/**
 * Changes pushed by the server (server-sent events). One connection per page, opened when somebody listens; it resumes
 * after the last event it saw, pauses in tabs that nobody looks at, and tries again with growing pauses, or as soon as
 * a server that did not answer is back.
 */
import { useEffect, useRef } from "react";
import { address } from "./client";
import { connected, connectionLost, isConnectionLost } from "./connection";

export interface Change {
  id: string | null;
  /** For example "note.created". */
  kind: string;
  payload: Record<string, unknown>;
}

type Listener = (change: Change) => void;

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const HIDDEN_PAUSE_MS = 60_000;

const listeners = new Set<{ kinds: readonly string[]; notice: Listener }>();
let connection: AbortController | null = null;
let lastEventId: string | null = null;

/** One event out of the lines between two blank lines; null where it only keeps the line open. */
export function parseEvent(block: string): Change | null {
  let kind = "message";
  let id: string | null = null;
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name, value] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
    if (name === "event") kind = value ?? kind;
    else if (name === "id") id = value ?? null;
    else if (name === "data") data.push(value ?? "");
  }
  if (data.length === 0) return null;
  try {
    const payload = JSON.parse(data.join("\n")) as Record<string, unknown>;
    // "change" names its kind inside; "ready", "reset" and "resume" are about the stream itself.
    return { id, kind: kind === "change" ? String(payload["kind"]) : kind, payload };
  } catch {
    return null;
  }
}

/** "note.*" means every kind that begins with "note."; "*" means all. */
export function matches(kinds: readonly string[], kind: string): boolean {
  return kinds.some(
    (wanted) => wanted === "*" || wanted === kind || (wanted.endsWith(".*") && kind.startsWith(wanted.slice(0, -1))),
  );
}

function publish(change: Change): void {
  if (change.id) lastEventId = change.id;
  if (change.kind === "ready" || change.kind === "resume") return;
  // After "reset" anything may have changed: too much was missed to be told one by one.
  for (const { kinds, notice } of listeners) if (change.kind === "reset" || matches(kinds, change.kind)) notice(change);
}

/** The stream's beginning; that nobody answers is said on the page, also where nothing else is asked for. */
async function connect(signal: AbortSignal): Promise<Response> {
  const headers = new Headers({ Accept: "text/event-stream" });
  if (lastEventId) headers.set("Last-Event-ID", lastEventId);
  try {
    return await fetch(address("/stream"), { headers, signal, cache: "no-store", credentials: "same-origin" });
  } catch (error) {
    if (!signal.aborted) connectionLost();
    throw error;
  }
}

async function readStream(signal: AbortSignal): Promise<void> {
  const response = await connect(signal);
  if (!response.ok || !response.body) throw new Error(`stream: ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const change = parseEvent(block);
      if (change) publish(change);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

async function keepReading(signal: AbortSignal): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const startedAt = Date.now();
    await readStream(signal).catch(() => undefined);
    if (Date.now() - startedAt > LONGEST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS;
    if (isConnectionLost()) {
      await connected();
      pauseMs = FIRST_PAUSE_MS;
    }
    await pause(pauseMs * (0.7 + Math.random() * 0.6), signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

function open(): void {
  if (connection || listeners.size === 0) return;
  connection = new AbortController();
  void keepReading(connection.signal);
}

function close(): void {
  connection?.abort();
  connection = null;
}

let hiddenTimer: ReturnType<typeof setTimeout> | undefined;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiddenTimer);
  if (document.hidden) hiddenTimer = setTimeout(close, HIDDEN_PAUSE_MS);
  else open();
});

/** The stream begins after this number, so that it misses nothing that happens while the page still loads. */
export function beginStreamAfter(position: number): void {
  lastEventId ??= String(position);
}

/** Ends the connection and forgets where it was: another person signs in. */
export function forgetStream(): void {
  close();
  lastEventId = null;
}

/** Calls back for every change of these kinds while the component is on the page. */
export function useChanges(kinds: readonly string[], callback: Listener): void {
  const latest = useRef(callback);
  useEffect(() => {
    latest.current = callback;
  });
  const wanted = kinds.join(" ");
  useEffect(() => {
    const entry = { kinds: wanted.split(" "), notice: (change: Change) => latest.current(change) };
    listeners.add(entry);
    // A page that opens and closes within a moment does not need a connection.
    const timer = setTimeout(open, 250);
    return () => {
      clearTimeout(timer);
      listeners.delete(entry);
      if (listeners.size === 0) close();
    };
  }, [wanted]);
}

/**
 * Answers on their way: the page goes on to the next question at once, the answer is sent behind it. While the server
 * does not answer they wait here, in order, and are sent when it is back; what it refuses stays until it was seen.
 */
import { useMemo, useSyncExternalStore } from "react";
import { newIdempotencyKey, untilAnswered } from "@/api/client";
import { isConnectionLost } from "@/api/connection";
import { type Answer, type Answered, type ReviewItem, sendAnswer } from "@/api/review";
import { useSession } from "@/app/session";

/** What an answer needs to know of its question. */
export type Asked = Pick<ReviewItem, "item_id" | "version" | "customers">;

export interface Given {
  id: number;
  /** Whose answer it is: another person at this browser sees nothing of it. */
  by: string;
  item: Asked;
  answer: Answer;
  reason: string;
  state: "sending" | "done" | "refused" | "undone";
  outcome: Answered | null;
  error: unknown;
}

let given: readonly Given[] = [];
let lastId = 0;
let queue: Promise<unknown> = Promise.resolve();
const listeners = new Set<() => void>();

function set(next: readonly Given[]): void {
  given = next;
  for (const listener of listeners) listener();
}

function change(id: number, part: Partial<Given>): void {
  set(given.map((one) => (one.id === id ? { ...one, ...part } : one)));
}

export function isWaiting({ state }: Given): boolean {
  return state === "sending";
}

/** Closing the page now would lose an answer. */
function beforeLeaving(event: BeforeUnloadEvent): void {
  if (given.some(isWaiting) && isConnectionLost()) event.preventDefault();
}

/** Sends an answer after those before it; resolves when it was taken or refused. */
export function give(by: string, item: Asked, answer: Answer, reason: string): Promise<Given> {
  window.addEventListener("beforeunload", beforeLeaving);
  lastId += 1;
  const id = lastId;
  const idempotencyKey = newIdempotencyKey();
  // Of what is done only the last is shown; what was refused stays until somebody has seen it.
  const kept = given.filter(({ state }) => state === "sending" || state === "refused");
  set([...kept, { id, by, item, answer, reason, state: "sending", outcome: null, error: null }]);
  const sent = queue.then(() => untilAnswered(() => sendAnswer(item, answer, reason, idempotencyKey)));
  queue = sent.catch(() => undefined);
  return sent
    .then(
      (outcome) => change(id, { state: "done", outcome }),
      (error: unknown) => change(id, { state: "refused", error }),
    )
    .then(() => given.find((one) => one.id === id) as Given);
}

export function markUndone(id: number): void {
  change(id, { state: "undone" });
}

/** Somebody has seen why it was refused. */
export function dismiss(id: number): void {
  set(given.filter((one) => one.id !== id));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useGiven(): readonly Given[] {
  const { me } = useSession();
  const all = useSyncExternalStore(subscribe, () => given);
  return useMemo(() => all.filter(({ by }) => by === me?.actor_id), [all, me]);
}

/** The order of the queue, in words and in steps. */
import type { QueueQuery } from "@/api/review";

export const STATES = ["open", "waiting", "skipped", "answered", "lapsed"] as const;
export const KINDS = ["pair", "bridge", "cluster"] as const;

/** What the server sorts by; the first is its own choice. */
export const ORDERS = ["-score", "-teaches", "-touches", "-probability", "probability"] as const;

/** What the address asks for; what it leaves out is the queue as it should be worked through. */
export function queryOf(search: URLSearchParams): QueueQuery {
  const one = (name: string, known: readonly string[], fallback: string): string => {
    const value = search.get(name) ?? "";
    return known.includes(value) ? value : fallback;
  };
  return {
    state: one("state", STATES, "open"),
    kind: one("kind", KINDS, ""),
    pattern: search.get("pattern") ?? "",
    customer: search.get("customer") ?? "",
    sort: one("sort", ORDERS, ORDERS[0]),
  };
}

/** The same as an address, without what goes without saying. */
export function addressOf(query: QueueQuery, itemId = ""): string {
  const standard = queryOf(new URLSearchParams());
  const told = Object.entries(query).filter(([name, value]) => value && value !== standard[name]);
  const text = new URLSearchParams(told).toString();
  return `/identity/review${itemId && `/${itemId}`}${text && `?${text}`}`;
}

/** The message that explains an order. */
export function orderKey(sort: string): string {
  return `order.${sort.replace(/^-/, "")}${sort.startsWith("-") ? "_first" : "_last"}`;
}

/**
 * The question after this one, or before it; past the end it begins again with what was passed over. Null where no
 * other is left.
 */
export function stepFrom(
  itemIds: readonly string[],
  current: string,
  done: ReadonlySet<string>,
  direction: 1 | -1,
): string | null {
  const at = itemIds.indexOf(current);
  const ahead =
    direction === 1
      ? [...itemIds.slice(at + 1), ...itemIds.slice(0, Math.max(0, at))]
      : itemIds.slice(0, Math.max(0, at)).toReversed();
  return ahead.find((itemId) => itemId !== current && !done.has(itemId)) ?? null;
}

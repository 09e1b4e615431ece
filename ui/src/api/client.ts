/**
 * The one door to the API: adds the CSRF token, turns every refusal into an `ApiError`, notices a server that does not
 * answer and a session that has ended. `client` is typed by the OpenAPI document; `api` says the same shorter, and
 * serves where a document cannot say it (streams, versions, files).
 */
import createClient from "openapi-fetch";
import type { paths } from "./generated";
import { connected, connectionLost } from "./connection";
import { ApiError, errorOf } from "./errors";

export { ApiError, isApiError, type Problem } from "./errors";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const GATEWAY = new Set([502, 503, 504]);
const ROOT = "/api/v1";

let csrfToken: string | null = null;
let onSignedOut: () => void = () => {};

export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** What to do when the server no longer knows who we are. */
export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

/** `fetch`, with the manners of this API; answers are always successful ones. */
export async function send(request: Request): Promise<Response> {
  if (!SAFE.has(request.method) && csrfToken) request.headers.set("X-CSRF-Token", csrfToken);
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    connectionLost();
    throw ApiError.noAnswer();
  }
  if (response.ok) return response;
  const error = await errorOf(response);
  if (!error && GATEWAY.has(response.status)) {
    connectionLost();
    throw ApiError.noAnswer();
  }
  if (response.status === 401 && error?.code === "not_signed_in") onSignedOut();
  throw error ?? new ApiError(response.status, "unexpected_answer", response.statusText || String(response.status));
}

export const client = createClient<paths>({ baseUrl: window.location.origin, fetch: send, credentials: "same-origin" });

export type QueryValue = string | number | boolean | null | undefined | readonly string[];

export interface Options {
  query?: Readonly<Record<string, QueryValue>>;
  /** The version that the edit was made on, as `ETag` gave it. */
  ifMatch?: string | null;
  /** The same key for the same intention: sending again makes nothing twice. */
  idempotencyKey?: string;
  signal?: AbortSignal;
  headers?: Readonly<Record<string, string>>;
}

/** A value with the version it has. */
export interface Versioned<T> {
  value: T;
  etag: string | null;
}

/** One page of a list. */
export interface Paged<T> {
  items: T[];
  next_cursor: string | null;
  count?: number;
}

/** The address of an endpoint below /api/v1; empty values of the query are left out, lists are joined by commas. */
export function address(path: string, query: Options["query"] = {}): URL {
  const url = new URL(path.startsWith(ROOT) ? path : ROOT + path, window.location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    url.searchParams.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  return url;
}

export function requestOf(method: string, path: string, body: unknown, options: Options = {}): Request {
  const headers = new Headers(options.headers);
  if (options.ifMatch) headers.set("If-Match", options.ifMatch);
  if (options.idempotencyKey) headers.set("Idempotency-Key", options.idempotencyKey);
  const isRaw = body instanceof FormData || body instanceof Blob;
  if (body !== undefined && !isRaw) headers.set("Content-Type", "application/json");
  return new Request(address(path, options.query), {
    method,
    headers,
    credentials: "same-origin",
    signal: options.signal ?? null,
    body: body === undefined ? null : isRaw ? body : JSON.stringify(body),
  });
}

async function read<T>(response: Response): Promise<T> {
  if (response.status === 204 || response.headers.get("Content-Length") === "0") return undefined as T;
  return (await response.json()) as T;
}

async function ask<T>(method: string, path: string, body: unknown, options?: Options): Promise<T> {
  return read<T>(await send(requestOf(method, path, body, options)));
}

async function askVersioned<T>(method: string, path: string, body: unknown, options?: Options): Promise<Versioned<T>> {
  const response = await send(requestOf(method, path, body, options));
  return { value: await read<T>(response), etag: response.headers.get("ETag") };
}

/** `api.get<Role>("/roles/agent")`; paths are those below /api/v1. */
export const api = {
  get: <T>(path: string, options?: Options) => ask<T>("GET", path, undefined, options),
  post: <T>(path: string, body?: unknown, options?: Options) => ask<T>("POST", path, body, options),
  put: <T>(path: string, body: unknown, options?: Options) => ask<T>("PUT", path, body, options),
  patch: <T>(path: string, body: unknown, options?: Options) => ask<T>("PATCH", path, body, options),
  delete: <T = void>(path: string, options?: Options) => ask<T>("DELETE", path, undefined, options),
  /** With the version, for `useEdit`. */
  getVersioned: <T>(path: string, options?: Options) => askVersioned<T>("GET", path, undefined, options),
  putVersioned: <T>(path: string, body: unknown, options?: Options) => askVersioned<T>("PUT", path, body, options),
  patchVersioned: <T>(path: string, body: unknown, options?: Options) => askVersioned<T>("PATCH", path, body, options),
};

/** Asks again as soon as the server is back, for what may be sent twice: changes that carry an idempotency key. */
export async function untilAnswered<T>(action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "no_answer") throw error;
      await connected();
    }
  }
}

/** A fresh key for one intention to create something. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

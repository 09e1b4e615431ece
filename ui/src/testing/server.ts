/** A server for tests of pages: answers by method and path below /api/v1, remembers what was asked. */
import { vi } from "vitest";

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

type Answer = unknown | ((asked: Asked) => unknown | Response | Promise<unknown | Response>);

/** The one error shape. */
export function refusal(status: number, code: string, message: string, fields: Record<string, unknown> = {}): Response {
  const error = { code, message, hint: "", is_transient: false, ...fields };
  return Response.json({ error }, { status });
}

/**
 * Replaces `fetch` for one test: `serve({ "GET /roles": [...], "PUT /roles/agent": ({ body }) => body })`. A path may
 * end in "*". Whatever is not listed is not found.
 */
export function serve(answers: Record<string, Answer>): Asked[] {
  const asked: Asked[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = input instanceof Request ? input : new Request(input, init);
    const url = new URL(request.url);
    const path = url.pathname.replace(/^\/api\/v1/, "");
    const text = await request.clone().text();
    const isJson = request.headers.get("Content-Type")?.includes("json");
    const one: Asked = {
      method: request.method,
      path,
      query: url.searchParams,
      headers: request.headers,
      body: text && isJson ? JSON.parse(text) : text || null,
    };
    asked.push(one);
    const key = Object.keys(answers).find((candidate) => {
      const [method, wanted = ""] = candidate.split(" ");
      return (
        method === one.method && (wanted === path || (wanted.endsWith("*") && path.startsWith(wanted.slice(0, -1))))
      );
    });
    if (!key) return refusal(404, "not_found", `no answer for ${one.method} ${path} in this test`);
    const given = answers[key];
    const answer = typeof given === "function" ? await (given as (asked: Asked) => unknown)(one) : given;
    if (answer instanceof Response) return answer.clone();
    if (answer === undefined) return new Response(null, { status: 204 });
    return Response.json(answer);
  });
  return asked;
}

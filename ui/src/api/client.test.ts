import { beforeEach, describe, expect, it, vi } from "vitest";
import { refusal, serve } from "@/testing/server";
import { address, api, ApiError, setCsrfToken, whenSignedOut } from "./client";
import { matches, parseEvent } from "./stream";

async function failureOf(promise: Promise<unknown>): Promise<ApiError> {
  return promise.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: unknown) => error as ApiError,
  );
}

describe("the client of the API", () => {
  beforeEach(() => setCsrfToken("token"));

  it("sends the CSRF token with what changes something, and only then", async () => {
    const asked = serve({ "GET /roles": [], "POST /roles": {} });
    await api.get("/roles");
    await api.post("/roles", { name: "x" }, { idempotencyKey: "k1" });
    expect(asked[0]?.headers.has("X-CSRF-Token")).toBe(false);
    expect(asked[1]?.headers.get("X-CSRF-Token")).toBe("token");
    expect(asked[1]?.headers.get("Idempotency-Key")).toBe("k1");
    expect(asked[1]?.body).toEqual({ name: "x" });
  });

  it("turns a refusal into an error with code, hint and problems by field", async () => {
    const problems = [{ path: "body.email", message: "is not an address" }];
    serve({ "POST /users": refusal(422, "invalid_input", "not valid", { hint: "Look again.", problems }) });
    const error = await failureOf(api.post("/users", {}));
    expect(error).toMatchObject({ status: 422, code: "invalid_input", hint: "Look again." });
    expect(error.byField).toEqual({ email: "is not an address" });
  });

  it("notices that the session has ended", async () => {
    const signedOut = vi.fn();
    whenSignedOut(signedOut);
    serve({ "GET /customers": refusal(401, "not_signed_in", "sign in first") });
    await failureOf(api.get("/customers"));
    expect(signedOut).toHaveBeenCalledOnce();
  });

  it("reads versions from the ETag and sends them back", async () => {
    const asked = serve({
      "GET /notes/n1": () => Response.json({ text: "a" }, { headers: { ETag: '"3"' } }),
      "PUT /notes/n1": {},
    });
    const { etag } = await api.getVersioned("/notes/n1");
    await api.put("/notes/n1", {}, { ifMatch: etag });
    expect(asked[1]?.headers.get("If-Match")).toBe('"3"');
  });

  it("leaves empty values out of the address and joins lists", () => {
    const url = address("/customers", { filter: "", q: null, fields: ["a", "b"], limit: 50 });
    expect(url.pathname + url.search).toBe("/api/v1/customers?fields=a%2Cb&limit=50");
  });
});

describe("the stream of changes", () => {
  it("reads events, and passes over the lines that keep it open", () => {
    expect(parseEvent('id: 7\nevent: note.created\ndata: {"customer_id":\ndata: "cus_1"}')).toEqual({
      id: "7",
      kind: "note.created",
      payload: { customer_id: "cus_1" },
    });
    expect(parseEvent(": still here")).toBeNull();
    expect(parseEvent("data: {broken")).toBeNull();
  });

  it("knows families of kinds", () => {
    expect(matches(["note.*"], "note.created")).toBe(true);
    expect(matches(["note.*"], "notebook.created")).toBe(false);
    expect(matches(["task.updated"], "task.created")).toBe(false);
  });
});

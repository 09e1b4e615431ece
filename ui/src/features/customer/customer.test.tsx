import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Card, TimelineEntry } from "@/api/customer";
import { renderPage, somebody } from "@/testing/render";
import { refusal, serve } from "@/testing/server";
import CustomerRoute from "./routes";

const EMAIL = {
  name: "email",
  value: "ana@x.example",
  source: "shop",
  table: "users",
  record_key: "7",
  column: "mail",
  rule: "newest",
  observed_at: "2025-01-01",
  raw: "ANA@X.EXAMPLE",
  records: 2,
  systems: ["shop", "crm"],
  values: ["ana@x.example", "old@x.example"],
  others: [
    {
      value: "old@x.example",
      source: "crm",
      table: "people",
      record_key: "1",
      why_lost: "newest",
      observed_at: "2020-01-01",
      raw: null,
      records: 1,
      systems: ["crm"],
      column: "mail",
    },
  ],
  more: 0,
  pick: null,
  is_conflict: false,
  hidden_by: null,
};

const CARD: Card = {
  customer_id: "cus_aaaaaaaaaaaaaaaa",
  asked_for: "cus_bbbbbbbbbbbbbbbb",
  kind: "person",
  state: "active",
  display_name: "یاسمن رستمی",
  name_hidden_by: null,
  created_at: "2026-01-01T00:00:00Z",
  version: 3,
  updated_at: "2026-01-01T00:00:00Z",
  local_time: { zone: "Europe/Madrid", basis: "country" },
  essentials: [
    {
      field: "email",
      parts: [{ name: "email", type: "email", value: "ana@x.example", hidden_by: null }],
      is_more: false,
    },
    {
      field: "phone",
      parts: [{ name: "phone", type: "phone", value: null, hidden_by: "contact hidden for Tried" }],
      is_more: false,
    },
    { field: "company", parts: [{ name: "company", type: "text", value: "Acme", hidden_by: null }], is_more: true },
  ],
  attributes: [EMAIL],
  traits: { customer_since: "2019-01-01T00:00:00Z", events: { order: 1 } },
  records: [],
  events: 1,
  former_ids: ["cus_bbbbbbbbbbbbbbbb"],
  identity: null,
  present: "2026-06-30",
};

const entry = (rest: Partial<TimelineEntry>): TimelineEntry => ({
  entry_id: "shop.orders:1",
  kind: "event",
  occurred_at: "2026-02-02T10:00:00Z",
  department: "sales",
  event_type: "order",
  source: "shop",
  table: "orders",
  role: "events",
  title: null,
  text: null,
  is_excerpt: false,
  status: null,
  channel: null,
  counterpart: null,
  amount: null,
  currency: null,
  score: null,
  scale: null,
  body: null,
  hidden: {},
  count: 1,
  earliest_at: null,
  ...rest,
});

const answers = (items: TimelineEntry[], lastVisit: string | null = null): Record<string, unknown> => ({
  "GET /customers/cus_bbbbbbbbbbbbbbbb": CARD,
  "GET /customers/cus_aaaaaaaaaaaaaaaa/told": { items: [] },
  "GET /customers/cus_aaaaaaaaaaaaaaaa/timeline": { items, next_cursor: null },
  "POST /customers/cus_aaaaaaaaaaaaaaaa/visits": { last_visit_at: lastVisit },
  "POST /customers/cus_aaaaaaaaaaaaaaaa/opened": undefined,
  "GET /customers/cus_aaaaaaaaaaaaaaaa/household": { customer_id: "cus_aaaaaaaaaaaaaaaa", household: null },
  "GET /customers/cus_aaaaaaaaaaaaaaaa/organisation": {
    customer_id: "cus_aaaaaaaaaaaaaaaa",
    kind: "person",
    memberships: [],
    relations: [],
  },
  "GET /access/explain": { pii_class: "contact", yours: "none", policy: null, roles: [] },
});

const show = (me = somebody()): ReturnType<typeof renderPage> =>
  renderPage(<CustomerRoute />, { me, at: "/customers/cus_bbbbbbbbbbbbbbbb", path: "/customers/:id/*" });

afterEach(() => vi.restoreAllMocks());

describe("the customer page", () => {
  it("shows a few essentials, the rest one click away, and names the policy of what is hidden", async () => {
    serve(answers([]));
    show();
    const card = await screen.findByRole("region", { name: "Essentials" });
    expect(within(card).getByText("Hidden by policy: contact points: hidden, for \u2068Tried\u2069")).toBeTruthy();
    expect(within(card).queryByText("Acme")).toBeNull();
    await userEvent.click(within(card).getByRole("button", { name: "Show 1 more" }));
    expect(within(card).getByText("Acme")).toBeTruthy();
  });

  it("names the clock's line by the language only where one is known", async () => {
    const clock = {
      name: "time_zone",
      type: "zone",
      value: { zone: "Europe/Madrid", basis: "country" },
      hidden_by: null,
    };
    const language = { name: "language", type: "language", value: "es", hidden_by: null };
    for (const [parts, label] of [
      [[clock], "Local time"],
      [[language, clock], "Language"],
    ]) {
      const line = { field: "language", parts, is_more: false };
      serve({ ...answers([]), "GET /customers/cus_bbbbbbbbbbbbbbbb": { ...CARD, essentials: [line] } });
      const { unmount } = show();
      const card = await screen.findByRole("region", { name: "Essentials" });
      expect(within(card).getByRole("term").textContent).toBe(label);
      unmount();
    }
  });

  it("says that a former id was asked for, and isolates the name", async () => {
    serve(answers([]));
    show();
    expect(await screen.findByText(/cus_bbbbbbbbbbbbbbbb.*was merged into this customer/)).toBeTruthy();
    expect((await screen.findByRole("heading", { level: 1 })).querySelector("bdi")?.textContent).toBe("یاسمن رستمی");
  });

  it("says who lives with the customer and where it belongs, and leads there", async () => {
    const named = (id: string, name: string): object => ({
      customer_id: id,
      kind: "person",
      display_name: name,
      name_hidden_by: null,
    });
    const lives = (id: string, name: string): object => ({
      person: named(id, name),
      since: "2026-01-01T00:00:00Z",
      strength: 0.95,
      reasons: [],
    });
    serve({
      ...answers([]),
      "GET /customers/cus_aaaaaaaaaaaaaaaa/household": {
        customer_id: "cus_aaaaaaaaaaaaaaaa",
        household: {
          household_id: "hou_aaaaaaaaaaaaaaaa",
          size: 2,
          members: [lives("cus_aaaaaaaaaaaaaaaa", "Ana"), lives("cus_cccccccccccccccc", "Bernat Puig")],
        },
      },
      "GET /customers/cus_aaaaaaaaaaaaaaaa/organisation": {
        customer_id: "cus_aaaaaaaaaaaaaaaa",
        kind: "person",
        memberships: [
          {
            organisation: named("cus_dddddddddddddddd", "Molins SL"),
            role: null,
            role_hidden_by: "identity hidden for Tried",
            is_main: true,
            since: "2026-01-01T00:00:00Z",
            until: null,
            strength: 0.98,
            reasons: [],
          },
        ],
        relations: [],
      },
    });
    show();
    const other = await screen.findByRole("link", { name: "Bernat Puig" });
    expect(other.getAttribute("href")).toBe("/customers/cus_cccccccccccccccc");
    expect(screen.getByRole("link", { name: "Molins SL" }).getAttribute("href")).toBe(
      "/customers/cus_dddddddddddddddd",
    );
    expect(screen.getByText(/Hidden by policy/, { selector: ".cu-levels *" })).toBeTruthy();
    expect(screen.queryByRole("link", { name: "Ana" })).toBeNull();
  });

  it("tells in full where a value is from, and counts that somebody looked", async () => {
    const asked = serve(answers([]));
    show();
    await userEvent.click(await screen.findByRole("button", { name: /Where E-mail comes from/ }));
    const drawer = await screen.findByRole("dialog");
    expect(within(drawer).getByText("ANA@X.EXAMPLE")).toBeTruthy();
    expect(within(drawer).getByText("old@x.example")).toBeTruthy();
    expect(asked.find(({ path }) => path.endsWith("/opened"))?.body).toEqual({ field: "email" });
  });

  it("puts the divider where the last visit ended", async () => {
    serve(
      answers(
        [entry({ entry_id: "new" }), entry({ entry_id: "old", occurred_at: "2026-01-01T00:00:00Z" })],
        "2026-01-15T00:00:00Z",
      ),
    );
    show();
    const divider = await screen.findByText(/Seen before your last visit/);
    expect(divider.closest("ol")?.querySelectorAll(".cu-entry").length).toBe(2);
    expect(divider.closest("li")?.previousElementSibling?.className).toContain("cu-entry");
  });

  it("asks for what the address says", async () => {
    const asked = serve(answers([]));
    renderPage(<CustomerRoute />, {
      at: "/customers/cus_bbbbbbbbbbbbbbbb/timeline?department=billing&q=late",
      path: "/customers/:id/*",
    });
    expect(await screen.findByText("Nothing matches")).toBeTruthy();
    const query = asked.find(({ path }) => path.endsWith("/timeline"))?.query;
    expect([query?.get("department"), query?.get("q"), query?.get("collapse")]).toEqual(["billing", "late", "true"]);
  });

  it("offers arranging and identities only to those who may", async () => {
    serve(answers([]));
    show(somebody([["read", "customer"]]));
    await screen.findByRole("region", { name: "Essentials" });
    expect(screen.queryByRole("button", { name: "Arrange this card" })).toBeNull();
    expect(screen.queryByRole("tab", { name: "Identity" })).toBeNull();
  });

  it("lets a person pick which value counts, at the version that they looked at", async () => {
    const asked = serve({
      ...answers([]),
      "PUT /customers/cus_aaaaaaaaaaaaaaaa/picks/email": refusal(412, "stale", "changed meanwhile"),
    });
    show();
    await userEvent.click(await screen.findByRole("button", { name: /Where E-mail comes from/ }));
    await userEvent.click(await screen.findByRole("button", { name: /^Settle/ }));
    await userEvent.click(await screen.findByRole("radio", { name: /old@x.example/ }));
    await userEvent.type(screen.getByLabelText("Reason (optional)"), "she said so");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Somebody changed this customer meanwhile.")).toBeTruthy();
    const put = asked.find(({ method }) => method === "PUT");
    expect(put?.body).toEqual({ value: "old@x.example", reason: "she said so" });
    expect(put?.headers.get("If-Match")).toBe('"3"');
    expect(screen.getByLabelText<HTMLInputElement>("Reason (optional)").value).toBe("she said so");
  });

  it("does not offer picking to those who may not", async () => {
    serve(answers([]));
    show(somebody([["read", "customer"]]));
    await userEvent.click(await screen.findByRole("button", { name: /Where E-mail comes from/ }));
    await screen.findByRole("dialog");
    expect(screen.queryByRole("button", { name: /^Settle/ })).toBeNull();
  });

  it("says the same of a customer that there is not and one that is not yours", async () => {
    serve({ "GET /customers/*": refusal(404, "not_found", "no customer") });
    show();
    expect(await screen.findByText("No such customer")).toBeTruthy();
  });
});

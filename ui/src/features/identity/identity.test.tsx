import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ItemDetail, ReviewItem } from "@/api/review";
import { renderPage, somebody } from "@/testing/render";
import { refusal, serve } from "@/testing/server";
import Sureness from "./panels";
import IdentityRoutes from "./routes";

const ref = (key: string, customer: string) => ({
  subject_id: `crm.people:${key}`,
  source: "crm",
  table: "people",
  record_key: key,
  customer_id: customer,
});

const item = (id: string, rest: Partial<ReviewItem> = {}): ReviewItem => ({
  item_id: id,
  kind: "pair",
  state: "open",
  probability: 0.6,
  model_probability: 0.6,
  pattern: {
    key: "ptn_a",
    kind: "pair",
    parts: [
      { field: "given_name", agreement: "same", hidden_by: null },
      { field: "email", agreement: "different", hidden_by: null },
      { field: "phone", agreement: null, hidden_by: "contact hidden for Agent" },
    ],
    text: "",
  },
  teaches: 1.5,
  touches: 2,
  score: 3,
  customers: [
    { customer_id: "cus_a", display_name: "یاسمن رستمی", name_hidden_by: null, kind: "person", records: 1 },
    { customer_id: "cus_b", display_name: "Yasaman Rostami", name_hidden_by: null, kind: "person", records: 1 },
  ],
  records: [ref("1", "cus_a"), ref("2", "cus_b")],
  records_a: 1,
  records_b: 1,
  first_answer: null,
  answers: [],
  is_disputed: false,
  my_answer: null,
  may_answer: true,
  answer: null,
  answered_at: null,
  build_no: 1,
  found_at: "2026-11-22T10:00:00Z",
  version: 4,
  ...rest,
});

const detail = (one: ReviewItem): ItemDetail => ({
  item: one,
  records: [
    {
      ref: ref("1", "cus_a"),
      display_name: "یاسمن رستمی",
      side: "a",
      is_telling: true,
      fields: [{ attribute: "email", value: "yas@x.example", differs: true, hidden_by: null }],
    },
    {
      ref: ref("2", "cus_b"),
      display_name: "Yasaman Rostami",
      side: "b",
      is_telling: true,
      fields: [
        { attribute: "email", value: "yass@x.example", differs: true, hidden_by: null },
        { attribute: "phone", value: null, differs: false, hidden_by: "contact hidden for Agent" },
      ],
    },
  ],
  attributes: ["email", "phone"],
  evidence: {
    a: ref("1", "cus_a"),
    b: ref("2", "cus_b"),
    weight: 4.2,
    probability: 0.6,
    fields: [{ name: "given_name", agreement: "same", bits: 6.2, hidden_by: null }],
    is_conflict: false,
  },
  graph: { nodes: [], links: [], weakest: { links: 1, possible: 1, weight: 4.2, probability: 0.6 } },
});

const none = { since: null, answers: 0, merged: 0, split: 0, vanished: 0 };
const summary = {
  counts: { open: { pair: 2 } },
  open: 2,
  waiting: 0,
  answered_today: 0,
  for_me: 0,
  mine_waiting: 0,
  two_people: false,
  today: none,
};
const answered = (one: ReviewItem, rest: object = {}) => ({
  item: { ...one, state: "answered", version: one.version + 1 },
  effect: {
    is_dry_run: false,
    run_id: 7,
    counts: { merged: 1 },
    changes: [],
    overrides: [],
    withdrawn: [],
    undone: [],
  },
  waits_for_second: false,
  taught: { vanished: 2, similar: 3, answered_same: 1, answered_different: 0, counts: {} },
  ...rest,
});

const queue = (...items: ReviewItem[]): Record<string, unknown> => ({
  "GET /identity/review": { items, next_cursor: null },
  "GET /identity/review/summary": summary,
  ...Object.fromEntries(items.map((one) => [`GET /identity/review/${one.item_id}`, detail(one)])),
});

const show = (at: string, me = somebody()) => renderPage(<IdentityRoutes />, { me, at, path: "/identity/*" });

let person = 0;
/** Somebody new: what others answered before is not theirs. */
const steward = () => ({ ...somebody(), actor_id: `usr_${(person += 1)}` });

afterEach(() => vi.restoreAllMocks());

describe("the review queue", () => {
  it("says in words what is in doubt, why this order, and names what a policy hides", async () => {
    serve(queue(item("rev_1")));
    show("/identity/review");
    const list = await screen.findByRole("list", { name: "To review" });
    expect(within(list).getByText("یاسمن رستمی").closest("bdi")).toBeTruthy();
    expect(list.textContent).toContain("Different: E-mail");
    expect(list.textContent).toContain("Hidden from you: Phone");
    expect(screen.getByText(/First comes what an answer teaches most about/)).toBeTruthy();
  });

  it("takes an answer by key with the version that was seen, goes on, and tells what it changed and taught", async () => {
    const [one, two] = [item("rev_1"), item("rev_2")];
    const asked = serve({ ...queue(one, two), "POST /identity/review/rev_1/answer": answered(one) });
    const page = show("/identity/review/rev_1", steward());
    await screen.findByRole("heading", { name: /Are these two the same customer/ });
    await userEvent.keyboard("s");
    await waitFor(() => expect(page.location()).toBe("/identity/review/rev_2"));
    await screen.findByText(/1 customer merged\. It settled 2 other questions too\./);
    const post = asked.find(({ method }) => method === "POST");
    expect(post?.body).toEqual({ answer: "same", reason: "" });
    expect(post?.headers.get("If-Match")).toBe('"4"');
    expect(post?.headers.get("Idempotency-Key")).toBeTruthy();
  });

  it("leaves keys alone while a reason is typed", async () => {
    const asked = serve(queue(item("rev_1")));
    show("/identity/review/rev_1", steward());
    await userEvent.type(await screen.findByLabelText("Reason (optional)"), "sdk");
    expect(asked.some(({ method }) => method === "POST")).toBe(false);
  });

  it("takes the last answer back, by the version it left", async () => {
    const one = item("rev_1");
    const asked = serve({
      ...queue(one, item("rev_2")),
      "POST /identity/review/rev_1/answer": answered(one),
      "DELETE /identity/review/rev_1/answer": { ...one, version: one.version + 2 },
    });
    show("/identity/review/rev_1", steward());
    await screen.findByRole("heading", { name: /Are these two the same customer/ });
    await userEvent.keyboard("s");
    await screen.findByText(/1 customer merged/);
    await userEvent.keyboard("u");
    await screen.findByText(/Undone:/);
    const back = asked.find(({ method }) => method === "DELETE");
    expect(back?.headers.get("If-Match")).toBe('"5"');
  });

  it("shows the decisions that an answer contradicts", async () => {
    serve({
      ...queue(item("rev_1"), item("rev_2")),
      "POST /identity/review/rev_1/answer": refusal(409, "conflict", "this contradicts", {
        reason: "contradiction",
        chain: [
          { kind: "same", override_id: "ovr_1", a: "crm.people:1", b: "shop.users:9" },
          { kind: "different", override_id: "ovr_2" },
        ],
      }),
    });
    show("/identity/review/rev_1", steward());
    await screen.findByRole("heading", { name: /Are these two the same customer/ });
    await userEvent.keyboard("s");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("“Same” was not taken");
    expect(alert.textContent).toContain("crm.people:1 is the same as shop.users:9");
    expect(alert.textContent).toContain("Two records are different customers.");
    expect(within(alert).getByRole("link", { name: "Look again" }).getAttribute("href")).toBe("/identity/review/rev_1");
  });

  it("tells that somebody else was quicker", async () => {
    serve({
      ...queue(item("rev_1"), item("rev_2")),
      "POST /identity/review/rev_1/answer": refusal(412, "stale", "changed meanwhile"),
    });
    show("/identity/review/rev_1", steward());
    await screen.findByRole("heading", { name: /Are these two the same customer/ });
    await userEvent.keyboard("d");
    expect((await screen.findByRole("alert")).textContent).toContain("Your answer was not used");
  });

  it("lets the second person see who answered first, and the first one take it back", async () => {
    const first = { answer: "same", reason: "called them", made_by: "Eleni", made_at: "2026-11-22T10:00:00Z" } as const;
    const mine = item("rev_1", {
      state: "waiting",
      answers: [{ ...first, is_mine: true }],
      my_answer: "same",
      may_answer: false,
    });
    const asked = serve({ ...queue(mine), "DELETE /identity/review/rev_1/answer": item("rev_1") });
    show("/identity/review/rev_1", steward());
    const note = await screen.findByRole("note");
    expect(note.textContent).toContain("You answered; it waits for a second person to agree.");
    expect(note.textContent).toContain("called them");
    expect(screen.getByRole("button", { name: /^Same/ }).hasAttribute("disabled")).toBe(true);
    await userEvent.click(within(note).getByRole("button", { name: "Take your answer back" }));
    await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
  });

  it("offers no answers to those who only read", async () => {
    serve(queue(item("rev_1", { may_answer: false })));
    show("/identity/review/rev_1", somebody([["read", "identity"]]));
    await screen.findByRole("heading", { name: /Are these two the same customer/ });
    expect(screen.queryByRole("button", { name: /^Same/ })).toBeNull();
  });
});

describe("quality", () => {
  const quality = {
    precision: null,
    recall: null,
    f1: null,
    labelled: 3,
    unsure: 0,
    stale: 0,
    wanted: 27,
    method: "stratified_beta",
    by_stratum: [],
    history: [],
    calibration: [],
    contradictions: [],
  };

  it("says how many labels are missing instead of a number", async () => {
    serve({ "GET /identity/quality": quality, "GET /identity/quality/labels": { items: [], next_cursor: null } });
    show("/identity/quality");
    expect(await screen.findAllByText("Not yet known")).toHaveLength(2);
    expect(screen.getAllByText("Label 27 more pairs.")).toHaveLength(2);
  });

  it("says an estimate with its interval", async () => {
    const interval = { value: 0.973, low: 0.94, high: 0.99 };
    serve({
      "GET /identity/quality": { ...quality, precision: interval, recall: interval },
      "GET /identity/quality/labels": { items: [], next_cursor: null },
    });
    show("/identity/quality");
    expect(await screen.findAllByText("Between 94% and 99%, with 95% confidence.")).toHaveLength(2);
  });

  it("sends labels by key, and takes the last one back", async () => {
    const pair = (n: number) => ({
      subject_a: `crm.people:${n}`,
      subject_b: `shop.users:${n}`,
      probability: 0.5,
      is_joined: true,
      stratum: "joined_fair",
      records: detail(item("x")).records,
      evidence: null,
    });
    const asked = serve({
      "GET /identity/quality/sample": { pairs: [pair(1), pair(2)], wanted: 5 },
      "GET /identity/quality": quality,
      "POST /identity/quality/labels": { label_id: "lbl_1" },
      "DELETE /identity/quality/labels/lbl_1": { label_id: "lbl_1" },
    });
    show("/identity/quality/label");
    await screen.findByRole("heading", { name: "Are these two the same customer?" });
    await userEvent.keyboard("k");
    await screen.findByText("1 labelled now.");
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
      subject_a: "crm.people:1",
      subject_b: "shop.users:1",
      answer: "unsure",
    });
    await userEvent.keyboard("u");
    await screen.findByText("0 labelled now.");
  });
});

describe("how sure one may be of a customer", () => {
  const found = { confidence: 0.6, is_one: 1, is_whole: 0.6, doubts: [], hidden_by: null };
  const outside = { why: "outside" as const, subject_a: "crm.people:1", subject_b: "shop.people:2", probability: 0.2 };

  it.each([
    ["records may never have been found", found, true],
    ["two records are the reason", { ...found, doubts: [outside] }, false],
    ["it is sure", { ...found, confidence: 0.97, is_whole: 0.97 }, false],
  ])("says why not surer: %s", async (_case, sure, isUnseen) => {
    serve(queue());
    renderPage(<Sureness customerId="cus_a" found={sure} />, { at: "/customers/cus_a", path: "/customers/*" });
    expect(await screen.findByText(/^Whole:/)).toBeTruthy();
    expect(screen.queryByText("Perhaps records of it were never found.") !== null).toBe(isUnseen);
  });
});

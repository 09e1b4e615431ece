import { configure, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Note, Notification } from "@/api/care";
import { askNow, connected } from "@/api/connection";
import { renderPage, somebody } from "@/testing/render";
import { refusal, serve } from "@/testing/server";
import { CustomerNotes } from "./CustomerNotes";
import { calledIn, stillCalled } from "./MentionField";
import { targetOf } from "./NotificationList";
import { piecesOf } from "./rich-text";
import { groupOf } from "./TasksPage";

const ANA = { user_id: "usr_ana", name: "Ana Puig" };

function note(text: string, rest: Partial<Note> = {}): Note {
  return {
    note_id: "note_1",
    customer_id: "cus_1",
    author: { user_id: "usr_nora", name: "Nora Beck" },
    body: { text, hidden_by: null },
    mentions: [],
    created_at: "2026-11-20T10:00:00Z",
    edited_at: null,
    version: 1,
    may_edit: true,
    may_delete: true,
    ...rest,
  };
}

const LIST = "GET /customers/cus_1/notes";

configure({ asyncUtilTimeout: 5000 });

beforeEach(async () => {
  serve({ "GET /health": { status: "ok" } });
  askNow();
  await connected();
});

afterEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
});

describe("the composer", () => {
  it("calls a colleague by keyboard and sends whom it called", async () => {
    const asked = serve({
      [LIST]: { items: [], next_cursor: null },
      "GET /mentions": { items: [{ user_id: "usr_an", name: "An Other" }, ANA] },
      "POST /customers/cus_1/notes": note("x"),
    });
    renderPage(<CustomerNotes customerId="cus_1" />);
    await screen.findByText("No notes yet");
    const field = screen.getByRole("textbox", { name: "New note" });
    await userEvent.type(field, "Ask @an");
    const options = within(await screen.findByRole("listbox")).getAllByRole("option");
    expect(options).toHaveLength(2);
    await userEvent.keyboard("{ArrowDown}{Enter}please");
    expect(field).toHaveProperty("value", "Ask @Ana Puig please");
    await userEvent.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(field).toHaveProperty("value", ""));
    const sent = asked.find(({ method }) => method === "POST");
    expect(sent?.body).toEqual({ body: "Ask @Ana Puig please", mentions: ["usr_ana"] });
    expect(sent?.headers.get("Idempotency-Key")).toBeTruthy();
  });

  it("keeps what was typed over a reload and a server that is gone, until it is saved", async () => {
    serve({
      [LIST]: { items: [], next_cursor: null },
      "POST /customers/cus_1/notes": () => Promise.reject(new TypeError("gone")),
    });
    const first = renderPage(<CustomerNotes customerId="cus_1" />);
    await screen.findByText("No notes yet");
    const field = screen.getByRole("textbox", { name: "New note" });
    await userEvent.type(field, "not lost");
    await userEvent.click(screen.getByRole("button", { name: "Write note" }));
    await waitFor(() => expect(localStorage.length).toBe(1));
    first.unmount();
    vi.restoreAllMocks();
    serve({
      "GET /health": { status: "ok" },
      [LIST]: { items: [], next_cursor: null },
      "POST /customers/cus_1/notes": note("not lost"),
    });
    askNow();
    renderPage(<CustomerNotes customerId="cus_1" />);
    await screen.findByText("No notes yet");
    const again = screen.getByRole("textbox", { name: "New note" });
    expect(again).toHaveProperty("value", "not lost");
    await userEvent.click(screen.getByRole("button", { name: "Write note" }));
    await waitFor(() => expect(again).toHaveProperty("value", ""));
    await waitFor(() => expect(localStorage.length).toBe(0));
  });

  it("is not there for who may only read", async () => {
    serve({ [LIST]: { items: [], next_cursor: null } });
    renderPage(<CustomerNotes customerId="cus_1" />, { me: somebody([["read", "note"]]) });
    await screen.findByText("No notes yet");
    expect(screen.queryByRole("textbox")).toBeNull();
  });
});

describe("a note", () => {
  it("shows HTML as text and a hidden body as hidden", async () => {
    serve({
      [LIST]: {
        items: [
          note("<img src=x onerror=alert(1)> https://example.com/a_(b)."),
          note("", { note_id: "note_2", body: { text: null, hidden_by: "free text hidden for Analyst" } }),
        ],
        next_cursor: null,
      },
    });
    renderPage(<CustomerNotes customerId="cus_1" />);
    await screen.findByText(/<img src=x/);
    expect(document.querySelector(".care-text img")).toBeNull();
    expect(screen.getByRole("link").getAttribute("href")).toBe("https://example.com/a_(b)");
    expect(screen.getByText(/Hidden by policy: messages, notes, files: hidden, for Analyst/)).toBeTruthy();
  });

  it("changed by somebody else meanwhile is shown in both versions, and what was typed is kept", async () => {
    let version = 1;
    serve({
      [LIST]: { items: [note("one")], next_cursor: null },
      "GET /notes/note_1": () =>
        Response.json(note(version === 1 ? "one" : "theirs", { version }), { headers: { ETag: `"${version}"` } }),
      "PUT /notes/note_1": ({ headers, body }: { headers: Headers; body: unknown }) =>
        headers.get("If-Match") === '"2"'
          ? Response.json(note((body as { body: string }).body, { version: 3 }), { headers: { ETag: '"3"' } })
          : ((version = 2), refusal(412, "stale", "changed", { version: 2 })),
    });
    renderPage(<CustomerNotes customerId="cus_1" />);
    await userEvent.click(await screen.findByRole("button", { name: /Edit/ }));
    const field = await screen.findByRole("textbox", { name: "Edit note" });
    await userEvent.type(field, " and mine");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByText("theirs")).toBeTruthy();
    expect(within(dialog).getByText("one and mine")).toBeTruthy();
    await userEvent.click(within(dialog).getByRole("button", { name: "Save mine" }));
    await waitFor(() => expect(screen.queryByRole("textbox", { name: "Edit note" })).toBeNull());
  });
});

describe("text", () => {
  it("finds addresses and those called, and nothing else", () => {
    const pieces = piecesOf("Hi @Ana Puig, see https://a.example/x?y=1, not javascript:alert(1) nor https://", [ANA]);
    expect(pieces.filter(({ kind }) => kind !== "text").map(({ text }) => text)).toEqual(
      ["https://a.example/x?y=1", "@Ana Puig"].toSorted(
        (a, b) => pieces.findIndex(({ text }) => text === a) - pieces.findIndex(({ text }) => text === b),
      ),
    );
    expect(pieces.map(({ text }) => text).join("")).toContain("javascript:alert(1)");
  });

  it.each([
    ["@", 1, ""],
    ["hi @an", 6, "an"],
    ["hi @王", 5, "王"],
    ["a@b.example", 5, null],
    ["@Ana Puig please", 16, null],
    ["@Ana Puigcerdà", 14, null],
    ["@Anna", 5, "Anna"],
    ["@an\nx", 5, null],
  ])("in %j a name is being typed or not", (text, cursor, name) => {
    expect(calledIn(text, cursor, [ANA])?.name ?? null).toBe(name);
  });

  it("calls only those whose name still stands in it", () => {
    expect(stillCalled({ body: "hello @Ana Puig", mentions: [ANA, { user_id: "usr_b", name: "Ben" }] })).toEqual([ANA]);
  });
});

it("a notification about a customer that one may not see leads nowhere", () => {
  const told = { is_restricted: true, customer_id: null, note_id: null, task_id: null } as Notification;
  expect(targetOf(told)).toBeNull();
});

it.each([
  [null, "none"],
  ["2026-11-21", "overdue"],
  ["2026-11-22", "today"],
  ["2026-11-23", "upcoming"],
])("a task due on %s is %s", (due_on, group) => {
  expect(groupOf({ due_on } as never, "2026-11-22")).toBe(group);
});

import { describe, expect, it } from "vitest";
import type { RecordRef } from "@/api/identity";
import { comparedPair, counterpart, rowsOf } from "./compared";
import { partsOf } from "./differing";
import { actionOf, isListening } from "./keys";
import { addressOf, ORDERS, orderKey, queryOf, stepFrom } from "./queue";
import english from "./messages/en.json";

const press = (key: string, rest: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({
    key,
    code: "",
    repeat: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    isComposing: false,
    ...rest,
  }) as KeyboardEvent;

describe("keys", () => {
  it("mean what the letter says, in either case", () => {
    expect(["s", "S", "d", "k", "j", "u", "?"].map((key) => actionOf(press(key), false))).toEqual([
      "same",
      "same",
      "different",
      "skip",
      "next",
      "undo",
      "help",
    ]);
  });

  it("mean the Latin letter of the same key where the layout writes another script", () => {
    expect(actionOf(press("س", { code: "KeyS" }), true)).toBe("same");
    expect(actionOf(press("σ", { code: "KeyS" }), false)).toBe("same");
    expect(actionOf(press("ی", { code: "KeyD" }), true)).toBe("different");
    expect(actionOf(press("؟", { code: "Slash" }), true)).toBe("help");
  });

  it("follow the letter, not the place, where the layout moves Latin letters", () => {
    expect(actionOf(press("o", { code: "KeyS" }), false)).toBeNull();
    expect(actionOf(press("s", { code: "Semicolon" }), false)).toBe("same");
  });

  it("point along the reading direction", () => {
    expect(actionOf(press("ArrowRight"), false)).toBe("next");
    expect(actionOf(press("ArrowRight"), true)).toBe("previous");
    expect(actionOf(press("ArrowLeft"), true)).toBe("next");
  });

  it("answer nothing when held down, with a modifier, or while a word is composed", () => {
    expect(actionOf(press("s", { repeat: true }), false)).toBeNull();
    expect(actionOf(press("s", { ctrlKey: true }), false)).toBeNull();
    expect(actionOf(press("d", { metaKey: true }), false)).toBeNull();
    expect(actionOf(press("s", { isComposing: true }), false)).toBeNull();
  });

  it("are not listened to while somebody types or a dialog is open", () => {
    document.body.innerHTML = `<textarea></textarea><div class="scroll" tabindex="0"></div><button>x</button>`;
    expect(isListening(document.querySelector("textarea"), "s")).toBe(false);
    expect(isListening(document.querySelector("button"), "s")).toBe(true);
    expect(isListening(document.querySelector(".scroll"), "ArrowRight")).toBe(false);
    expect(isListening(document.querySelector(".scroll"), "s")).toBe(true);
    document.body.innerHTML += `<div role="dialog"></div>`;
    expect(isListening(document.querySelector("button"), "s")).toBe(false);
    document.body.innerHTML = "";
  });
});

describe("the queue's address", () => {
  it("says nothing that goes without saying", () => {
    expect(addressOf(queryOf(new URLSearchParams()))).toBe("/identity/review");
    expect(addressOf(queryOf(new URLSearchParams("kind=bridge&sort=-score")), "rev_1")).toBe(
      "/identity/review/rev_1?kind=bridge",
    );
  });

  it("falls back to the open questions for what it does not know", () => {
    expect(queryOf(new URLSearchParams("state=asleep&kind=trio&sort=name"))).toEqual({
      state: "open",
      kind: "",
      pattern: "",
      customer: "",
      sort: "-score",
    });
  });

  it("has words for every order, and says why it is so", () => {
    const words = english as Record<string, string>;
    for (const sort of ORDERS) {
      expect(words[orderKey(sort)], sort).toBeTruthy();
      expect(words[`${orderKey(sort)}.why`], sort).toBeTruthy();
    }
  });
});

describe("the next question", () => {
  const ids = ["a", "b", "c", "d"];

  it("is the one after, passing over what is answered", () => {
    expect(stepFrom(ids, "a", new Set(["b"]), 1)).toBe("c");
  });

  it("begins again with what was passed over, and is none when nothing is left", () => {
    expect(stepFrom(ids, "d", new Set(["a"]), 1)).toBe("b");
    expect(stepFrom(ids, "d", new Set(["a", "b", "c"]), 1)).toBeNull();
  });

  it("is the first of the queue for a question that has left it", () => {
    expect(stepFrom(ids, "gone", new Set(), 1)).toBe("a");
  });

  it("goes back, but not past the beginning", () => {
    expect(stepFrom(ids, "c", new Set(), -1)).toBe("b");
    expect(stepFrom(ids, "a", new Set(), -1)).toBeNull();
  });
});

describe("differences", () => {
  it("mark what lies between a common beginning and end", () => {
    expect(partsOf("Catherine", "Katherine")).toEqual({ before: "", middle: "C", after: "atherine" });
    expect(partsOf("ann@x.example", "anna@x.example")).toEqual({ before: "ann", middle: "", after: "@x.example" });
  });

  it("mark nothing where values share too little, or are the same", () => {
    expect(partsOf("Nora", "Iskander")).toBeNull();
    expect(partsOf("Nora", "Nora")).toBeNull();
  });

  it("never cut a character into halves", () => {
    expect(partsOf("José", "Jose")?.middle.normalize("NFC")).toBe("é");
  });

  const ref = (key: string): RecordRef => ({
    subject_id: `crm.people:${key}`,
    source: "crm",
    table: "people",
    record_key: key,
    customer_id: null,
  });
  const said = (attribute: string, value: string | null, differs = false) => ({
    attribute,
    value,
    differs,
    hidden_by: value === null ? "contact hidden for Agent" : null,
  });
  const records = comparedPair([
    {
      ref: ref("1"),
      display_name: null,
      fields: [said("city", "Vic"), said("email", "a@x", true), said("phone", "1")],
    },
    { ref: ref("2"), display_name: null, fields: [said("city", "Vic"), said("email", "b@x · c@x", true)] },
  ]);

  it("come first, then what agrees, then what one record alone says", () => {
    expect(rowsOf(records).map(({ attribute, state }) => [attribute, state])).toEqual([
      ["email", "differs"],
      ["city", "same"],
      ["phone", "alone"],
    ]);
  });

  it("are marked against one value, not against several", () => {
    const [email] = rowsOf(records);
    expect(email && counterpart(email, 1)).toBe("a@x");
    expect(email && counterpart(email, 0)).toBeNull();
  });
});

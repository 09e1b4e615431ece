import { beforeAll, describe, expect, it } from "vitest";
import { createInstance, type TFunction } from "i18next";
import type { Handover } from "@/api/picks";
import { partsOf, textOf } from "./handover";
import english from "./messages/en.json";

const SUMMARY: Handover = {
  customer_id: "cus_aaaaaaaaaaaaaaaa",
  display_name: "Ana",
  name_hidden_by: null,
  made_at: "2026-01-01T00:00:00Z",
  who: [
    { field: "phone", parts: [{ name: "phone", type: "phone", value: null, hidden_by: "contact" }], is_more: false },
    {
      field: "language",
      parts: [{ name: "language", type: "language", value: "ca", hidden_by: null }],
      is_more: false,
    },
  ],
  contacts: [],
  open_conversations: [],
  told: [],
  tasks: null,
  notes: [],
  contradictions: [],
};

let t: TFunction;

beforeAll(async () => {
  const words = createInstance();
  t = await words.init({
    lng: "en",
    resources: { en: { customer: english } },
    defaultNS: "customer",
    keySeparator: false,
  });
});

describe("the hand-over summary", () => {
  it("says that something is hidden, names codes, and leaves empty parts out", () => {
    const parts = partsOf(SUMMARY, { t, language: "en" });
    expect(parts.map(({ name }) => name)).toEqual(["who"]);
    expect(parts[0]?.lines.map(({ text }) => text.replace(/[\u2068\u2069]/g, ""))).toEqual([
      "Phone: hidden by policy contact",
      "Language: Catalan",
    ]);
  });

  it("is plain text to copy, the same every time", () => {
    const text = textOf(SUMMARY, { t, language: "en" });
    expect(text.startsWith("Hand-over of")).toBe(true);
    expect(text).toContain("\n- ");
    expect(textOf(SUMMARY, { t, language: "en" })).toBe(text);
  });
});

import { describe, expect, it } from "vitest";
import { type Condition, fromRule, toRule } from "./rule";

const TYPES = new Map([
  ["status", "text"],
  ["tag", "list"],
  ["last_score", "number"],
  ["last_seen", "moment"],
  ["consent:Email Opt In", "text"],
  ["flag:vip", "flag"],
] as const);

describe("rules of the filter builder", () => {
  it("say the same as text and as conditions", () => {
    const conditions: Condition[] = [
      { attribute: "status", operator: "in", values: ["active", 'a "b" \\ c'] },
      { attribute: "status", operator: "not in", values: ["Δ"] },
      { attribute: "tag", operator: "in", values: ["VIP"] },
      { attribute: "last_score", operator: ">=", values: [-1.5] },
      { attribute: "last_seen", operator: "<=", values: ["2026-01-31"] },
      { attribute: "consent:Email Opt In", operator: "is unknown", values: [] },
      { attribute: "flag:vip", operator: "=", values: [true] },
    ];
    const text = toRule(conditions);
    expect(text).toContain("`consent:Email Opt In` is unknown");
    expect(text).toContain('tag = "VIP"');
    expect(fromRule(text, TYPES)).toEqual(conditions);
  });

  it.each([
    'status = "a" or status = "b"',
    'not status = "a"',
    'other = "a"',
    "status = my.status",
    'status = "a',
    "status =",
  ])("leave %s to be written as text", (text) => {
    expect(fromRule(text, TYPES)).toBeNull();
  });

  it("of nothing are no conditions", () => {
    expect(fromRule("  ", TYPES)).toEqual([]);
    expect(toRule([])).toBe("");
  });
});

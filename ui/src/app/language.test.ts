import { expect, it } from "vitest";
import { formatMoment, formatNumber, formatRelative, formatShare, intlLocale } from "./language";
import { bestLanguage, type Preferences } from "./preferences";

type Writing = Pick<Preferences, "language" | "calendar" | "digits" | "timeZone">;
const ENGLISH: Writing = { language: "en", calendar: "auto", digits: "auto", timeZone: "UTC" };
const PERSIAN: Writing = { ...ENGLISH, language: "fa" };

it.each([
  [["de-DE", "ca-ES"], "ca"],
  [["zh-HK"], "zh-TW"],
  [["zh-Hans-SG"], "zh-CN"],
  [["zh"], "zh-CN"],
  [["fa-AF"], "fa"],
  [["xx"], "en"],
] as const)("of the browser's languages %j ours is %s", (wanted, best) => {
  expect(bestLanguage(wanted)).toBe(best);
});

it("writes Persian with its own digits and calendar unless asked otherwise", () => {
  expect(formatNumber(1234.5, {}, PERSIAN)).toBe("۱٬۲۳۴٫۵");
  expect(formatMoment("2026-03-30", "date", PERSIAN)).toContain("۱۴۰۵");
  const western: Writing = { ...PERSIAN, calendar: "gregory", digits: "latn" };
  expect(formatMoment("2026-03-30", "date", western)).toContain("2026");
  expect(intlLocale(western)).toBe("fa-u-ca-gregory-nu-latn");
});

it("a plain day is the same day everywhere", () => {
  expect(formatMoment("2026-11-21", "date", { ...ENGLISH, timeZone: "America/Los_Angeles" })).toBe("Nov 21, 2026");
  expect(formatMoment("2026-11-21T02:00:00Z", "date", { ...ENGLISH, timeZone: "America/Los_Angeles" })).toBe(
    "Nov 20, 2026",
  );
});

it("says how long ago something was", () => {
  const now = new Date("2026-11-21T12:00:00Z");
  expect(formatRelative("2026-11-18T11:00:00Z", now, ENGLISH)).toBe("3 days ago");
  expect(formatRelative("2026-11-21T14:30:00Z", now, ENGLISH)).toBe("in 2 hours");
});

it("never rounds a share to nothing or to everything", () => {
  expect(formatShare(0.9996, ENGLISH)).toBe("99.96%");
  expect(formatShare(0.0004, ENGLISH)).toBe("0.04%");
  expect(formatShare(0.00004, ENGLISH)).toBe("<0.01%");
  expect(formatShare(0.99996, ENGLISH)).toBe(">99.99%");
  expect(formatShare(0.614, ENGLISH)).toBe("61%");
  expect(formatShare(1, ENGLISH)).toBe("100%");
});

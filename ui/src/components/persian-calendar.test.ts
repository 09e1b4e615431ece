import dayjs from "dayjs";
import { expect, it } from "vitest";
import { persianConfig, westernDigits } from "./persian-calendar";

const iso = (day: dayjs.Dayjs | null): string | null => day && day.format("YYYY-MM-DD");

it("reads a Persian day, in either kind of digits, as the ordinary day that it is", () => {
  expect(iso(persianConfig.locale.parse("fa_IR", "1405-01-10", []))).toBe("2026-03-30");
  expect(iso(persianConfig.locale.parse("fa_IR", "۱۴۰۵/۰۸/۰۱", []))).toBe("2026-10-23");
  expect(persianConfig.locale.parse("fa_IR", "1405-12-45", [])).toBeNull();
  expect(westernDigits("٠١۲")).toBe("012");
});

it("steps through Persian months and years", () => {
  const day = dayjs("2026-03-30");
  expect([persianConfig.getYear(day), persianConfig.getMonth(day), persianConfig.getDate(day)]).toEqual([1405, 0, 10]);
  expect(iso(persianConfig.addMonth(day, 1))).toBe("2026-04-30");
  expect(iso(persianConfig.setDate(day, 1))).toBe("2026-03-21");
  expect(persianConfig.locale.format("fa_IR", day, "YYYY-MM-DD")).toBe("1405-01-10");
});

it("leaves ordinary days as they are", () => {
  expect(dayjs("2026-03-30").format("YYYY-MM-DD")).toBe("2026-03-30");
});

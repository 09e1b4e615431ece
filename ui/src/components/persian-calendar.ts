/**
 * The Persian calendar for antd's date pickers. Days stay ordinary (Gregorian) dayjs values; only what is shown, typed
 * and stepped through is Persian. Never `dayjs.calendar("jalali")` for the whole page: it turns every format, those
 * for the API too, into Persian dates.
 */
import type { GenerateConfig } from "@rc-component/picker/generate";
import dayjsConfig from "@rc-component/picker/generate/dayjs";
import dayjs, { type Dayjs } from "dayjs";
import jalaliday from "jalaliday/dayjs";

dayjs.extend(jalaliday);

type InCalendar = Dayjs & { calendar: (name: "jalali" | "gregory") => InCalendar };

const persian = (day: Dayjs): InCalendar => (day as InCalendar).calendar("jalali");
const ordinary = (day: Dayjs): Dayjs => (day as InCalendar).calendar("gregory");

/** ۱۴۰۵ and ١٤٠٥ as 1405. */
export function westernDigits(text: string): string {
  return text
    .replaceAll(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replaceAll(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660));
}

function parse(_locale: string, text: string): Dayjs | null {
  const [, year, month, day] = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(westernDigits(text.trim())) ?? [];
  if (!year || !month || !day) return null;
  const first = persian(dayjs().startOf("day"))
    .date(1)
    .year(Number(year))
    .month(Number(month) - 1);
  const wanted = first.date(Number(day)) as InCalendar;
  const isSame = persian(ordinary(wanted)).month() === Number(month) - 1;
  return isSame ? ordinary(wanted) : null;
}

export const persianConfig: GenerateConfig<Dayjs> = {
  ...dayjsConfig,
  getEndDate: (day) => ordinary(persian(day).endOf("month")),
  getYear: (day) => persian(day).year(),
  getMonth: (day) => persian(day).month(),
  getDate: (day) => persian(day).date(),
  addYear: (day, years) => ordinary(persian(day).add(years, "year")),
  addMonth: (day, months) => ordinary(persian(day).add(months, "month")),
  setYear: (day, year) => ordinary(persian(day).year(year)),
  setMonth: (day, month) => ordinary(persian(day).month(month)),
  setDate: (day, date) => ordinary(persian(day).date(date)),
  locale: { ...dayjsConfig.locale, format: (_locale, day, format) => persian(day).locale("en").format(format), parse },
};

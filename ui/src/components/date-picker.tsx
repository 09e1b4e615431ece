/** The calendar behind `DateField`; loaded when the first one is shown. */
import { DatePicker } from "antd";
import persianLocale from "antd/es/date-picker/locale/fa_IR";
import generatePicker from "antd/es/date-picker/generatePicker";
import dayjs, { type Dayjs } from "dayjs";
import "dayjs/locale/ca";
import "dayjs/locale/el";
import "dayjs/locale/fa";
import "dayjs/locale/zh-cn";
import "dayjs/locale/zh-tw";
import type { ReactNode } from "react";
import { isPersianCalendar } from "@/app/language";
import { usePreferences } from "@/app/preferences";
import type { DateFieldProps } from "./DateField";
import { persianConfig } from "./persian-calendar";

const PersianPicker = generatePicker<Dayjs>(persianConfig);

/** The picker's language pack names Gregorian months. */
function persianMonths(): string[] {
  const words = new Intl.DateTimeFormat("fa-IR-u-ca-persian", { month: "long", timeZone: "UTC" });
  return Array.from({ length: 12 }, (_, month) => words.format(Date.UTC(2026, 2 + month, 30)));
}

const PERSIAN = { ...persianLocale, lang: { ...persianLocale.lang, shortMonths: persianMonths() } };

export default function Calendar({ value, onChange, label, min, max, id, isDisabled }: DateFieldProps): ReactNode {
  const preferences = usePreferences();
  const shared = {
    id,
    "aria-label": label,
    disabled: isDisabled,
    value: value ? dayjs(value) : null,
    format: "YYYY-MM-DD",
    minDate: min ? dayjs(min) : undefined,
    maxDate: max ? dayjs(max) : undefined,
    style: { inlineSize: "100%" },
    onChange: (day: Dayjs | null) => onChange(day ? day.format("YYYY-MM-DD") : null),
  };
  if (isPersianCalendar(preferences))
    return <PersianPicker {...shared} locale={preferences.language === "fa" ? PERSIAN : undefined} />;
  return <DatePicker {...shared} onChange={(day) => shared.onChange(Array.isArray(day) ? (day[0] ?? null) : day)} />;
}

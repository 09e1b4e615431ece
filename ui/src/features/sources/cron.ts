/** The schedules that people choose from, as cron expressions and back. */

export interface Plan {
  every: "hour" | "day" | "weekday" | "week" | "other";
  minute: number;
  hour: number;
  /** 0 is Sunday. */
  day: number;
  cron: string;
}

export const FIRST_PLAN: Plan = { every: "day", minute: 0, hour: 6, day: 1, cron: "0 6 * * *" };

export function cronOf({ every, minute, hour, day, cron }: Plan): string {
  if (every === "hour") return `${minute} * * * *`;
  if (every === "day") return `${minute} ${hour} * * *`;
  if (every === "weekday") return `${minute} ${hour} * * 1-5`;
  if (every === "week") return `${minute} ${hour} * * ${day}`;
  return cron.trim();
}

export function planOf(cron: string): Plan {
  const [, m = "", h = "", d = ""] = /^(\d{1,2}) (\d{1,2}|\*) \* \* (\*|1-5|[0-6])$/.exec(cron.trim()) ?? [];
  const plan = { ...FIRST_PLAN, cron, minute: Number(m), hour: h === "*" ? FIRST_PLAN.hour : Number(h) };
  if (!m) return { ...FIRST_PLAN, cron, every: "other" };
  if (h === "*") return d === "*" ? { ...plan, every: "hour" } : { ...FIRST_PLAN, cron, every: "other" };
  if (d === "*") return { ...plan, every: "day" };
  if (d === "1-5") return { ...plan, every: "weekday" };
  return { ...plan, every: "week", day: Number(d) };
}

/** A weekday in words; 2 Aug 2026 was a Sunday. */
export function weekday(day: number, locale: string): string {
  const moment = new Date(Date.UTC(2026, 7, 2 + day));
  return new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" }).format(moment);
}

/** "06:30" in the digits of the locale. */
export function clock(hour: number, minute: number, locale: string): string {
  const moment = new Date(Date.UTC(2026, 0, 1, hour, minute));
  return new Intl.DateTimeFormat(locale, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: "UTC",
  }).format(moment);
}

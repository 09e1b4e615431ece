/** Preferences are shown at once, and kept with the account where there is one. */
import { api } from "@/api/client";
import { type Preferences, setPreferences } from "@/app/preferences";

export function keepTheme(theme: Preferences["theme"]): Promise<unknown> {
  setPreferences({ theme });
  return api.patch("/me", { appearance: { theme } });
}

type Locale = Partial<Pick<Preferences, "language" | "calendar" | "digits" | "timeZone">>;

export function keepLocale({ timeZone, ...rest }: Locale): Promise<unknown> {
  setPreferences({ ...rest, ...(timeZone !== undefined && { timeZone }) });
  return api.patch("/me", { locale: { ...rest, ...(timeZone !== undefined && { time_zone: timeZone }) } });
}

/**
 * Languages: message catalogues (one namespace per feature, loaded when first used), direction, and the way numbers
 * and moments are written. Catalogues are complete, so no language falls back to another.
 */
import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";
import type { Locale } from "antd/es/locale";
import { getPreferences, type LanguageCode, type Preferences, usePreferences } from "./preferences";

type Catalogue = Record<string, string>;

interface Language {
  /** In its own words. */
  name: string;
  direction: "ltr" | "rtl";
  antd: () => Promise<{ default: Locale }>;
}

export const LANGUAGES: Record<LanguageCode, Language> = {
  en: { name: "English", direction: "ltr", antd: () => import("antd/es/locale/en_US") },
  "zh-CN": { name: "简体中文", direction: "ltr", antd: () => import("antd/es/locale/zh_CN") },
  "zh-TW": { name: "繁體中文", direction: "ltr", antd: () => import("antd/es/locale/zh_TW") },
  ca: { name: "Català", direction: "ltr", antd: () => import("antd/es/locale/ca_ES") },
  el: { name: "Ελληνικά", direction: "ltr", antd: () => import("antd/es/locale/el_GR") },
  fa: { name: "فارسی", direction: "rtl", antd: () => import("antd/es/locale/fa_IR") },
};

const CATALOGUES = import.meta.glob<Catalogue>("/src/**/messages/*.json", { import: "default" });

/** `app` and `components` lie beside their code; every other namespace is a feature. */
function catalogueOf(language: string, namespace: string): string {
  const folder = namespace === "app" || namespace === "components" ? namespace : `features/${namespace}`;
  return `/src/${folder}/messages/${language}.json`;
}

const backend: BackendModule = {
  type: "backend",
  init() {},
  read(language, namespace, done) {
    const load = CATALOGUES[catalogueOf(language, namespace)];
    if (!load) {
      done(new Error(`no messages for ${namespace} in ${language}`), null);
      return;
    }
    load().then(
      (catalogue) => done(null, catalogue),
      (error: unknown) => done(error as Error, null),
    );
  },
};

function showInDocument(language: LanguageCode): void {
  document.documentElement.lang = language;
  document.documentElement.dir = LANGUAGES[language].direction;
}

/** Begins with this language, or the one preferred; resolves when the words of the shell and the features are there. */
export async function startLanguage(
  language: LanguageCode = getPreferences().language,
  features: readonly string[] = [],
): Promise<void> {
  if (!i18next.isInitialized) {
    await i18next
      .use(backend)
      .use(initReactI18next)
      .init({
        lng: language,
        fallbackLng: false,
        load: "currentOnly",
        ns: ["app", "components", ...features],
        defaultNS: "app",
        fallbackNS: ["components"],
        keySeparator: false,
        nsSeparator: ":",
        interpolation: { escapeValue: false },
        returnNull: false,
      });
    i18next.services.formatter?.add("number", (value: number, _language, options) => formatNumber(value, options));
  }
  await changeLanguage(language);
}

export async function changeLanguage(language: LanguageCode): Promise<void> {
  await i18next.changeLanguage(language);
  showInDocument(language);
}

type Writing = Pick<Preferences, "language" | "calendar" | "digits" | "timeZone">;

/** Whether days are those of the Persian calendar. */
export function isPersianCalendar(writing: Writing = getPreferences()): boolean {
  return writing.calendar === "persian" || (writing.calendar === "auto" && writing.language === "fa");
}

/** The locale with calendar and digits as preferred, for `Intl`. */
export function intlLocale(writing: Writing = getPreferences()): string {
  const isPersianDigits = writing.digits === "arabext" || (writing.digits === "auto" && writing.language === "fa");
  return `${writing.language}-u-ca-${isPersianCalendar(writing) ? "persian" : "gregory"}-nu-${isPersianDigits ? "arabext" : "latn"}`;
}

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}, writing?: Writing): string {
  return new Intl.NumberFormat(intlLocale(writing), options).format(value);
}

/** The smallest share that is written as such. */
const LEAST_SHARE = 0.0001;

/** A share between 0 and 1 as per cent: no decimals, but never "0 %" or "100 %" for what is not quite so. */
export function formatShare(value: number, writing?: Writing): string {
  const percent = (share: number, digits: number): string =>
    formatNumber(share, { style: "percent", maximumFractionDigits: digits }, writing);
  if (value > 0 && value < LEAST_SHARE) return `<${percent(LEAST_SHARE, 2)}`;
  if (value < 1 && value > 1 - LEAST_SHARE) return `>${percent(1 - LEAST_SHARE, 2)}`;
  return percent(value, (value > 0 && value < 0.01) || (value < 1 && value > 0.99) ? 2 : 0);
}

export const MOMENT_STYLES = {
  date: { year: "numeric", month: "short", day: "numeric" },
  day: { weekday: "short", year: "numeric", month: "long", day: "numeric" },
  month: { year: "numeric", month: "long" },
  moment: { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" },
  time: { hour: "2-digit", minute: "2-digit" },
  full: {
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** A plain day ("2026-11-21") belongs to no time zone; a moment is shown in the person's. */
export function formatMoment(
  value: string | Date,
  style: keyof typeof MOMENT_STYLES,
  writing: Writing = getPreferences(),
): string {
  const isPlainDay = typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value);
  const moment = new Date(isPlainDay ? `${value}T00:00:00Z` : value);
  if (Number.isNaN(moment.getTime())) return String(value);
  const timeZone = isPlainDay ? "UTC" : (writing.timeZone ?? undefined);
  return new Intl.DateTimeFormat(intlLocale(writing), { ...MOMENT_STYLES[style], timeZone }).format(moment);
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_556_952],
  ["month", 2_629_746],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** "3 days ago", "in 2 hours". */
export function formatRelative(value: string | Date, now: Date = new Date(), writing?: Writing): string {
  const seconds = (new Date(value).getTime() - now.getTime()) / 1000;
  if (Number.isNaN(seconds)) return String(value);
  const words = new Intl.RelativeTimeFormat(intlLocale(writing), { numeric: "auto" });
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return words.format(Math.trunc(seconds / size), unit);
}

/** The language of the page with its direction; re-renders when it changes. */
export function useLanguage(): Preferences & { direction: "ltr" | "rtl"; isRtl: boolean } {
  const preferences = usePreferences();
  const { direction } = LANGUAGES[preferences.language];
  return { ...preferences, direction, isRtl: direction === "rtl" };
}

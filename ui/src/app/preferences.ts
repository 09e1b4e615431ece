/** What a person chose about looks and language; kept in the browser, and with the account once signed in. */
import { useSyncExternalStore } from "react";

export const LANGUAGE_CODES = ["en", "zh-CN", "zh-TW", "ca", "el", "fa"] as const;
export type LanguageCode = (typeof LANGUAGE_CODES)[number];

export interface Preferences {
  language: LanguageCode;
  theme: "system" | "light" | "dark";
  /** "auto": as the language has it. */
  calendar: "auto" | "gregory" | "persian";
  digits: "auto" | "latn" | "arabext";
  /** IANA name; null means the one of the device. */
  timeZone: string | null;
  isNavigationNarrow: boolean;
}

const KEY = "onefold.preferences";

/** The best of our languages for a list such as `navigator.languages`. */
export function bestLanguage(wanted: readonly string[]): LanguageCode {
  for (const tag of wanted) {
    const exact = LANGUAGE_CODES.find((code) => code.toLowerCase() === tag.toLowerCase());
    if (exact) return exact;
    const { language, script, region } = new Intl.Locale(tag).maximize();
    if (language === "zh") return script === "Hant" || region === "TW" || region === "HK" ? "zh-TW" : "zh-CN";
    const near = LANGUAGE_CODES.find((code) => code === language);
    if (near) return near;
  }
  return "en";
}

function stored(): Preferences {
  const standard: Preferences = {
    language: bestLanguage(navigator.languages),
    theme: "system",
    calendar: "auto",
    digits: "auto",
    timeZone: null,
    isNavigationNarrow: false,
  };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
    const language = LANGUAGE_CODES.includes(kept.language as LanguageCode) ? kept.language : standard.language;
    return { ...standard, ...kept, language: language as LanguageCode };
  } catch {
    return standard;
  }
}

let current = stored();
const listeners = new Set<() => void>();

export function getPreferences(): Preferences {
  return current;
}

export function setPreferences(change: Partial<Preferences>): void {
  const known = Object.entries(change).filter(([, value]) => value !== undefined);
  current = { ...current, ...Object.fromEntries(known) };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // a browser that keeps nothing still shows the page
  }
  for (const listener of listeners) listener();
}

export function onPreferences(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(onPreferences, getPreferences);
}

/** Light and dark: our colours as antd tokens, and the same as CSS variables for our own styles. */
import { ConfigProvider, theme as antdTheme, type ThemeConfig } from "antd";
import type { Locale } from "antd/es/locale";
import { type ReactNode, useEffect, useLayoutEffect, useState, useSyncExternalStore } from "react";
import { intlLocale, LANGUAGES, useLanguage } from "./language";
import type { LanguageCode } from "./preferences";

/** Latin and Greek faces come first, so that a Chinese face never draws Greek accents. */
const WESTERN = '"Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", "DejaVu Sans"';
const SIMPLIFIED = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC"';
const TRADITIONAL = '"PingFang TC", "Microsoft JhengHei", "Noto Sans CJK TC", "Noto Sans TC"';
const PERSIAN = 'Vazirmatn, "Noto Sans Arabic", "Noto Naskh Arabic", Tahoma';

function fontFamily(language: LanguageCode): string {
  const chinese = language === "zh-TW" ? `${TRADITIONAL}, ${SIMPLIFIED}` : `${SIMPLIFIED}, ${TRADITIONAL}`;
  return language === "fa"
    ? `${PERSIAN}, ${WESTERN}, ${chinese}, sans-serif`
    : `${WESTERN}, ${chinese}, ${PERSIAN}, sans-serif`;
}

const LIGHT = {
  colorPrimary: "#17706a",
  colorInfo: "#17706a",
  colorLink: "#146660",
  colorSuccess: "#2f7d4a",
  colorWarning: "#a4501a",
  colorError: "#b3261e",
  colorBgLayout: "#f6f4ef",
  colorBgContainer: "#fffdf9",
  colorBgElevated: "#fffdf9",
  colorText: "#1c2431",
  colorTextSecondary: "#4b5565",
  colorTextTertiary: "#5f6878",
  colorTextDescription: "#566173",
  colorTextPlaceholder: "#687182",
  colorBorder: "#918b7e",
  colorBorderSecondary: "#e2ddd2",
  colorSplit: "#e8e3d9",
};

const DARK = {
  colorPrimary: "#62c6ba",
  colorInfo: "#62c6ba",
  colorLink: "#7fd3c8",
  colorSuccess: "#7fcf9a",
  colorWarning: "#eda470",
  colorError: "#ff9a8d",
  colorBgLayout: "#11151b",
  colorBgContainer: "#191f27",
  colorBgElevated: "#212934",
  colorText: "#e7eaef",
  colorTextSecondary: "#bcc4cf",
  colorTextTertiary: "#a3adbb",
  colorTextDescription: "#a9b2bf",
  colorTextPlaceholder: "#98a2b0",
  colorTextLightSolid: "#0d1d1b",
  colorBgSpotlight: "#e7eaef",
  colorBorder: "#66707e",
  colorBorderSecondary: "#2b333e",
  colorSplit: "#2b333e",
};

/** Further colours of our own: heat maps and chips. */
const OWN = {
  light: { heat: "#1f8a80", cold: "#f4f1ea", track: "#ece8de", accentSoft: "#dcebe8", warnSoft: "#f7e7da" },
  dark: { heat: "#2aa195", cold: "#1c232c", track: "#28303a", accentSoft: "#1d3536", warnSoft: "#3a2a1f" },
} as const;

const VARIABLES: Record<string, keyof typeof LIGHT> = {
  "--paper": "colorBgLayout",
  "--card": "colorBgContainer",
  "--raised": "colorBgElevated",
  "--ink": "colorText",
  "--soft": "colorTextDescription",
  "--line": "colorBorderSecondary",
  "--edge": "colorBorder",
  "--accent": "colorPrimary",
  "--link": "colorLink",
  "--good": "colorSuccess",
  "--warn": "colorWarning",
  "--bad": "colorError",
};

const darkQuery = "(prefers-color-scheme: dark)";

function onSystemTheme(listener: () => void): () => void {
  const query = window.matchMedia(darkQuery);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

export function useIsDark(): boolean {
  const { theme } = useLanguage();
  const isSystemDark = useSyncExternalStore(onSystemTheme, () => window.matchMedia(darkQuery).matches);
  return theme === "dark" || (theme === "system" && isSystemDark);
}

/** Colours for charts, which cannot read CSS variables. */
export function useColours(): typeof LIGHT & { heat: string; cold: string; track: string; series: readonly string[] } {
  const isDark = useIsDark();
  const series = isDark
    ? ["#62c6ba", "#eda470", "#9db7f5", "#d8c77b", "#d89ad0", "#8fcf8a", "#a3adbb"]
    : ["#17706a", "#b5622a", "#3b62b8", "#8f7a1c", "#8d4a86", "#3c7d3f", "#566173"];
  return { ...LIGHT, ...(isDark ? DARK : LIGHT), ...OWN[isDark ? "dark" : "light"], series };
}

function themeOf(isDark: boolean, language: LanguageCode): ThemeConfig {
  return {
    algorithm: isDark ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
    token: {
      ...(isDark ? DARK : LIGHT),
      fontFamily: fontFamily(language),
      fontFamilyCode: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
      fontSize: 15,
      borderRadius: 8,
      controlHeight: 36,
      wireframe: false,
      // who wants no motion gets none, instead of motions too short for pop-ups to find their place in
      motion: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    },
    components: {
      Table: { headerBg: "transparent", headerSplitColor: "transparent", cellPaddingBlock: 10 },
      Tabs: { horizontalItemPadding: "10px 2px" },
      Tag: { defaultBg: "transparent" },
    },
  };
}

function useAntdLocale(language: LanguageCode): Locale | undefined {
  const [locale, setLocale] = useState<Locale>();
  useEffect(() => {
    let isCurrent = true;
    void LANGUAGES[language].antd().then((loaded) => isCurrent && setLocale(loaded.default));
    return () => {
      isCurrent = false;
    };
  }, [language]);
  return locale;
}

export function Theme({ children }: { children: ReactNode }): ReactNode {
  const preferences = useLanguage();
  const { language, direction } = preferences;
  const digits = intlLocale(preferences).endsWith("arabext") ? "arabext" : "latn";
  const isDark = useIsDark();
  const locale = useAntdLocale(language);
  useLayoutEffect(() => {
    const colours = isDark ? DARK : LIGHT;
    const own = OWN[isDark ? "dark" : "light"];
    const { style, dataset } = document.documentElement;
    for (const [variable, token] of Object.entries(VARIABLES)) style.setProperty(variable, colours[token]);
    for (const [name, colour] of Object.entries(own)) {
      style.setProperty(`--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, colour);
    }
    style.setProperty("--font", fontFamily(language));
    style.colorScheme = isDark ? "dark" : "light";
    dataset.theme = isDark ? "dark" : "light";
    dataset.digits = digits;
  }, [isDark, language, digits]);
  return (
    <ConfigProvider theme={themeOf(isDark, language)} direction={direction} locale={locale}>
      {children}
    </ConfigProvider>
  );
}

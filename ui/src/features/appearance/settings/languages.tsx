import { Select } from "antd";
import { type ReactNode, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { changeLanguage, formatMoment, formatNumber, LANGUAGES } from "@/app/language";
import { LANGUAGE_CODES, type LanguageCode, usePreferences } from "@/app/preferences";
import { ErrorLine } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { Choices } from "../Choices";
import { keepLocale } from "../keep";
import "../appearance.css";

const DEVICE = "";

/** Language, calendar, digits and time zone; each choice shows what it looks like. */
export default function LanguageSettings(): ReactNode {
  const { t } = useTranslation("appearance");
  const preferences = usePreferences();
  const { language, calendar, digits, timeZone } = preferences;
  const [error, setError] = useState<unknown>(null);
  const [now] = useState(() => new Date());
  const zoneId = useId();
  const zones = useMemo(() => Intl.supportedValuesOf("timeZone"), []);
  const keep = (change: Parameters<typeof keepLocale>[0]): void => {
    void keepLocale(change).then(() => setError(null), setError);
  };
  const choose = async (chosen: LanguageCode): Promise<void> => {
    await changeLanguage(chosen);
    keep({ language: chosen });
  };
  return (
    <Page title={t("languages")} lead={t("languages.lead")}>
      <Choices
        label={t("language")}
        value={language}
        options={LANGUAGE_CODES.map((value) => ({ value, label: LANGUAGES[value].name }))}
        onChange={(chosen) => void choose(chosen)}
      />
      <Choices
        label={t("calendar")}
        value={calendar}
        options={(["auto", "gregory", "persian"] as const).map((value) => ({
          value,
          label: t(`calendar.${value}`),
          note: formatMoment(now, "date", { ...preferences, calendar: value }),
        }))}
        onChange={(chosen) => keep({ calendar: chosen })}
      />
      <Choices
        label={t("digits")}
        value={digits}
        options={(["auto", "latn", "arabext"] as const).map((value) => ({
          value,
          label: t(`digits.${value}`),
          note: formatNumber(1405.62, {}, { ...preferences, digits: value }),
        }))}
        onChange={(chosen) => keep({ digits: chosen })}
      />
      <div className="choices">
        <label htmlFor={zoneId}>{t("time_zone")}</label>
        <Select
          id={zoneId}
          showSearch
          value={timeZone ?? DEVICE}
          style={{ inlineSize: "min(22rem, 100%)" }}
          options={[
            { value: DEVICE, label: t("time_zone.device") },
            ...zones.map((zone) => ({ value: zone, label: zone })),
          ]}
          onChange={(zone) => keep({ timeZone: zone === DEVICE ? null : zone })}
        />
        <p className="soft">{t("time_zone.now", { now: formatMoment(now, "moment", preferences) })}</p>
      </div>
      <ErrorLine error={error} />
    </Page>
  );
}

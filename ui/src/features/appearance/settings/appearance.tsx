import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePreferences } from "@/app/preferences";
import { ErrorLine } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { Choices } from "../Choices";
import { keepTheme } from "../keep";
import "../appearance.css";

/** Light or dark. */
export default function AppearanceSettings(): ReactNode {
  const { t } = useTranslation("appearance");
  const { theme } = usePreferences();
  const [error, setError] = useState<unknown>(null);
  return (
    <Page title={t("appearance")} lead={t("appearance.lead")}>
      <Choices
        label={t("theme")}
        value={theme}
        options={(["system", "light", "dark"] as const).map((value) => ({ value, label: t(`theme.${value}`) }))}
        onChange={(chosen) => void keepTheme(chosen).then(() => setError(null), setError)}
      />
      <ErrorLine error={error} />
    </Page>
  );
}

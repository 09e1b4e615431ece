import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

export default function Quality(): ReactNode {
  const { t } = useTranslation("identity");
  return <h2>{t("quality")}</h2>;
}

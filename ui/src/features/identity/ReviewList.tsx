import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

export default function ReviewList(): ReactNode {
  const { t } = useTranslation("identity");
  return <h2>{t("review")}</h2>;
}

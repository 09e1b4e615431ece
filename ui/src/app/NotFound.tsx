import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { Page } from "@/components/Page";

/** An address that leads nowhere. */
export function NotFound(): ReactNode {
  const { t } = useTranslation("app");
  return (
    <Page title={t("not_found.title")}>
      <EmptyState title={t("not_found.what")} action={<Link to="/">{t("not_found.home")}</Link>}>
        {t("not_found.why")}
      </EmptyState>
    </Page>
  );
}

import { type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Outlet } from "react-router";
import { Loading } from "@/components/Loading";
import { OfflineBanner } from "@/components/OfflineBanner";
import { LanguageChoice } from "./LanguageChoice";
import { Mark } from "./Mark";

/** The frame of pages for people who are not signed in. */
export function OpenPage(): ReactNode {
  const { t } = useTranslation("app");
  return (
    <div className="open-page">
      <OfflineBanner />
      <header className="open-page-header">
        <Mark />
        <LanguageChoice label={t("language")} />
      </header>
      <main className="open-page-main" id="content" tabIndex={-1}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  );
}

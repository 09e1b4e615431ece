/** The pages of identity beside each other: each has its own address, and loads when it is opened. */
import { type ComponentType, lazy, type LazyExoticComponent, type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";

interface Tab {
  /** Its address below /identity; its words are `tab.<path>`, `<path>` and `<path>.lead`. */
  path: string;
  Part: LazyExoticComponent<ComponentType>;
}

export const TABS: readonly [Tab, ...Tab[]] = [
  { path: "review", Part: lazy(() => import("./ReviewList")) },
  { path: "quality", Part: lazy(() => import("./Quality")) },
  { path: "what-if", Part: lazy(() => import("./WhatIf")) },
  { path: "runs", Part: lazy(() => import("./Runs")) },
];

export function Tabbed({ name, children }: { name: string; children: ReactNode }): ReactNode {
  const { t } = useTranslation("identity");
  return (
    <Page title={`${t(name)} · ${t("title")}`} heading={t("title")} lead={t(`${name}.lead`)}>
      <nav className="id-tabs" aria-label={t("tabs")}>
        {TABS.map(({ path }) => (
          <NavLink key={path} to={`/identity/${path}`}>
            {t(`tab.${path}`)}
          </NavLink>
        ))}
      </nav>
      <Suspense fallback={<Loading lines={8} />}>{children}</Suspense>
    </Page>
  );
}

/** The frame of every page for people who are signed in: header, navigation, content. */
import { MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { type ReactNode, Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, NavLink, Outlet, useLocation } from "react-router";
import { Boundary } from "@/components/Boundary";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { OfflineBanner } from "@/components/OfflineBanner";
import { AccountMenu } from "./AccountMenu";
import { useLanguage } from "./language";
import { Mark } from "./Mark";
import { setPreferences, usePreferences } from "./preferences";
import { pages, settingsIcon as SettingsIcon } from "./routes";
import { useSession } from "./session";
import { Slot } from "./Slot";

/** Where the part of the address that changes the page begins and ends: tabs within a page do not move the focus. */
function pageOf(pathname: string): string {
  const [, first = "", second = ""] = pathname.split("/");
  return `${first}/${second}`;
}

/** A new page begins at its top, for eyes and for screen readers. */
function useFocusOnNewPage() {
  const { pathname } = useLocation();
  const page = pageOf(pathname);
  const shown = useRef(page);
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [page]);
  return main;
}

function Navigation(): ReactNode {
  const { t } = useTranslation("app");
  const { may } = useSession();
  const { isNavigationNarrow } = usePreferences();
  const { isRtl } = useLanguage();
  const Fold = isNavigationNarrow === isRtl ? MenuFoldOutlined : MenuUnfoldOutlined;
  const linked = pages.filter(({ link, needs }) => link && (!needs || may(...needs)));
  return (
    <nav className="navigation" aria-label={t("navigation")}>
      <ul>
        {linked.map(({ feature, link = "/", icon: Icon }) => (
          <li key={feature}>
            <NavLink to={link}>
              {Icon && <Icon />}
              <span>{t(`page.${feature}`)}</span>
            </NavLink>
          </li>
        ))}
        <li>
          <NavLink to="/settings">
            <SettingsIcon />
            <span>{t("settings")}</span>
          </NavLink>
        </li>
      </ul>
      <button
        type="button"
        className="navigation-fold"
        aria-pressed={isNavigationNarrow}
        aria-label={t("navigation.narrow")}
        onClick={() => setPreferences({ isNavigationNarrow: !isNavigationNarrow })}
      >
        <Fold />
      </button>
    </nav>
  );
}

export function Shell(): ReactNode {
  const { t } = useTranslation("app");
  const { me, isLoading, error, refresh } = useSession();
  const { isNavigationNarrow } = usePreferences();
  const location = useLocation();
  const main = useFocusOnNewPage();
  if (isLoading) return <Loading />;
  if (!me && error) return <ErrorState error={error} onRetry={() => void refresh()} />;
  if (!me) {
    const here = location.pathname + location.search + location.hash;
    const next = here === "/" ? "" : `?next=${encodeURIComponent(here)}`;
    return <Navigate to={`/sign-in${next}`} replace />;
  }
  return (
    <div className="shell" data-narrow={isNavigationNarrow}>
      <a className="skip" href="#content">
        {t("skip")}
      </a>
      <header className="shell-header">
        <Link to="/" className="shell-home" aria-label={t("home")}>
          <Mark />
        </Link>
        <div className="shell-search">
          <Slot name="search" />
        </div>
        <Slot name="notifications" />
        <AccountMenu />
      </header>
      <Navigation />
      <div className="shell-body">
        <OfflineBanner />
        <Slot name="banner" />
        <main id="content" tabIndex={-1} ref={main}>
          <Boundary key={pageOf(location.pathname)}>
            <Suspense fallback={<Loading />}>
              <Outlet />
            </Suspense>
          </Boundary>
        </main>
      </div>
    </div>
  );
}

/** The first page that this person may see. */
export function Home(): ReactNode {
  const { t } = useTranslation("app");
  const { may } = useSession();
  const first = pages.find(({ link, needs }) => link && (!needs || may(...needs)));
  if (first?.link) return <Navigate to={first.link} replace />;
  return <EmptyState title={t("home.nothing")}>{t("home.nothing_why")}</EmptyState>;
}

/** Settings: a list of sections beside the chosen one; on a phone the list comes first, then the section. */
import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, NavLink, useParams } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { useIsPhone } from "@/components/useIsPhone";
import { Guarded } from "./Guarded";
import { useLanguage } from "./language";
import { NotFound } from "./NotFound";
import { sections } from "./routes";
import { useSession } from "./session";

export function Settings(): ReactNode {
  const { t } = useTranslation("app");
  const { may } = useSession();
  const { isRtl } = useLanguage();
  const { section } = useParams();
  const isPhone = useIsPhone();
  const offered = sections.filter(({ needs }) => !needs || may(...needs));
  const chosen = sections.find((entry) => entry.section === section);
  if (section && !chosen) return <NotFound />;
  if (!section && !isPhone && offered[0]) return <Navigate to={`/settings/${offered[0].section}`} replace />;

  const list = (
    <nav aria-label={t("settings")} className="settings-list">
      <ul>
        {offered.map(({ section: name, icon: Icon }) => (
          <li key={name}>
            <NavLink to={`/settings/${name}`}>
              <Icon />
              {t(`settings.${name}`)}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
  if (!chosen) {
    return <Page title={t("settings")}>{offered.length > 0 ? list : <EmptyState title={t("settings.none")} />}</Page>;
  }
  const Back = isRtl ? RightOutlined : LeftOutlined;
  return (
    <div className="settings">
      {isPhone ? (
        <Link to="/settings" className="settings-back">
          <Back /> {t("settings")}
        </Link>
      ) : (
        list
      )}
      <div className="settings-section">
        <Suspense fallback={<Loading />}>
          <Guarded needs={chosen.needs}>
            <chosen.Component />
          </Guarded>
        </Suspense>
      </div>
    </div>
  );
}

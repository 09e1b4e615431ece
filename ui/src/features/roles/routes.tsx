/** Settings → Roles: the roles, what each person may do, who sees a field, and the policy of every kind of thing. */
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, Route, Routes } from "react-router";
import { FieldExplainer } from "./FieldExplainer";
import { PersonAccess } from "./PersonAccess";
import { PolicyPage } from "./PolicyPage";
import { ChangeRole, NewRole } from "./RolePages";
import { RoleList } from "./RoleList";
import "./roles.css";

const ROOT = "/settings/roles";

function Tabs(): ReactNode {
  const { t } = useTranslation("roles");
  return (
    <nav className="roles-tabs" aria-label={t("tabs")}>
      <NavLink to={ROOT} end>
        {t("title")}
      </NavLink>
      <NavLink to={`${ROOT}/people`}>{t("people.title")}</NavLink>
      <NavLink to={`${ROOT}/fields`}>{t("fields.title")}</NavLink>
      <NavLink to={`${ROOT}/policy`}>{t("policy.title")}</NavLink>
    </nav>
  );
}

export default function Roles(): ReactNode {
  return (
    <>
      <Tabs />
      <Routes>
        <Route index element={<RoleList />} />
        <Route path="people" element={<PersonAccess />} />
        <Route path="fields" element={<FieldExplainer />} />
        <Route path="policy" element={<PolicyPage />} />
        <Route path="new" element={<NewRole />} />
        <Route path=":roleId" element={<ChangeRole />} />
      </Routes>
    </>
  );
}

import { useTranslation } from "react-i18next";

/** Shipped roles are named in the language of the page; a company's own as it named them. */
export function useRoleName(): (role: { role_id: string; name: string }) => string {
  const { t, i18n } = useTranslation("roles");
  return ({ role_id: id, name }) => (i18n.exists(`roles:role.${id}`) ? t(`role.${id}`) : name);
}

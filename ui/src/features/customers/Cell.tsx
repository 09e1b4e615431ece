import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Attribute, CustomerRow } from "@/api/customers";
import { Shown } from "@/components/Hidden";
import { Moment } from "@/components/Moment";
import { Num } from "@/components/Num";
import { Text } from "@/components/Text";

function nameOfCode(language: string, attribute: string, code: string): string {
  const type = attribute === "country" ? "region" : attribute === "language" ? "language" : null;
  try {
    return (type && new Intl.DisplayNames([language], { type }).of(code.replace("_", "-"))) || code;
  } catch {
    return code;
  }
}

/** One value of one customer, in the way of its type. */
export function Cell({ row, attribute }: { row: CustomerRow; attribute: Attribute }): ReactNode {
  const { t, i18n } = useTranslation("customers");
  const value = row.values[attribute.name] ?? null;
  const hiddenBy = row.hidden[attribute.name];
  if (hiddenBy) return <Shown value={value === null ? null : String(value)} hiddenBy={hiddenBy} />;
  if (value === null || value === "") return null;
  if (attribute.type === "moment") return <Moment value={String(value)} as="date" />;
  if (typeof value === "number") return <Num value={value} maximumFractionDigits={2} />;
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  const text = attribute.name === "kind" ? t(`kind.${value}`) : nameOfCode(i18n.language, attribute.name, value);
  return <Text>{text}</Text>;
}

/** What the customer is called, however little is known or shown. */
export function CustomerName({ row }: { row: CustomerRow }): ReactNode {
  const { t } = useTranslation("customers");
  const hiddenBy = row.hidden.display_name;
  const name = row.values.display_name;
  if (hiddenBy) return <Shown value={name ? String(name) : null} hiddenBy={hiddenBy} />;
  return name ? <Text>{String(name)}</Text> : <span className="soft">{t("nameless")}</span>;
}

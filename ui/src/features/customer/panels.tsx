/** Parts of the customer page that other pages about records show too: the weights of a link, names and values of fields. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { fieldLabel } from "./labels";
import "./customer.css";

export { RecordName, Waterfall } from "./Explain";
export { isolated } from "./labels";
export { AttributeValue } from "./Value";

/** The name of an attribute in the reader's language. */
export function FieldName({ name }: { name: string }): ReactNode {
  const { t } = useTranslation("customer");
  return fieldLabel(t, name);
}

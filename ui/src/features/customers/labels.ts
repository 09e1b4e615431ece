/** Names of attributes in the reader's language. */
import type { TFunction } from "i18next";
import type { Attribute } from "@/api/customers";

export function attributeLabel(t: TFunction, name: string): string {
  const [meaning = name, ...rest] = name.split(":");
  const label = t(`attribute.${meaning}`, { defaultValue: meaning.replaceAll("_", " ") });
  return rest.length > 0 ? `${rest.join(":")} (${label})` : label;
}

export function byName(attributes: readonly Attribute[]): Map<string, Attribute> {
  return new Map(attributes.map((attribute) => [attribute.name, attribute]));
}

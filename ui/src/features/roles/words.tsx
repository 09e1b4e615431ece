/** Names of roles, verbs, masks and fields in the language of the page. */
import { EyeInvisibleOutlined, EyeOutlined, LockOutlined, NumberOutlined, StopOutlined } from "@ant-design/icons";
import { Tag } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Text } from "@/components/Text";

const SHIPPED = new Set(["owner", "administrator", "executive", "manager", "agent", "analyst", "steward"]);

export interface Words {
  /** Shipped roles are named in the language of the page; a company's own as it named them. */
  role: (role: { role_id: string; name: string }) => string;
  roleDescription: (role: { role_id: string; description: string }) => string;
  verb: (verb: string) => string;
  kind: (kind: string) => string;
  mask: (mask: string) => string;
  piiClass: (name: string) => string;
  /** A field's name; of one column of a source, its meaning and the column. */
  field: (name: string) => string;
  /** Whether a field has a name in the language of the page. */
  isNamed: (name: string) => boolean;
  /** An entry of a role's masks: a field, a class, or everything. */
  entry: (name: string) => string;
}

export function useWords(): Words {
  const { t, i18n } = useTranslation("roles");
  const known = (key: string, otherwise: string): string => (i18n.exists(`roles:${key}`) ? t(key) : otherwise);
  const field = (name: string): string => {
    const [meaning = name, ...column] = name.split(":");
    const word = known(`field.${meaning}`, meaning);
    return column.length > 0 ? `${word}: ${column.join(":")}` : word;
  };
  const piiClass = (name: string): string => known(`class.${name}`, name);
  return {
    role: ({ role_id, name }) => (SHIPPED.has(role_id) ? t(`role.${role_id}`) : name),
    roleDescription: ({ role_id, description }) => (SHIPPED.has(role_id) ? t(`role.${role_id}.what`) : description),
    verb: (verb) => known(`verb.${verb}`, verb),
    kind: (kind) => known(`kind.${kind}`, kind),
    mask: (mask) => known(`mask.${mask}`, mask),
    piiClass,
    field,
    isNamed: (name) => i18n.exists(`roles:field.${name}`),
    entry: (name) =>
      name === "*" ? t("masks.everything") : name.startsWith("pii:") ? piiClass(name.slice(4)) : field(name),
  };
}

const ICONS: Record<string, ReactNode> = {
  none: <EyeOutlined aria-hidden="true" />,
  last_four: <LockOutlined aria-hidden="true" />,
  masked: <LockOutlined aria-hidden="true" />,
  hashed: <NumberOutlined aria-hidden="true" />,
  hidden: <EyeInvisibleOutlined aria-hidden="true" />,
  denied: <StopOutlined aria-hidden="true" />,
};

export function MaskTag({ mask }: { mask: string }): ReactNode {
  const words = useWords();
  return (
    <Tag className="mask-tag" data-mask={mask} icon={ICONS[mask]}>
      {words.mask(mask)}
    </Tag>
  );
}

export function RoleWord({ role }: { role: { role_id: string; name: string } }): ReactNode {
  const words = useWords();
  return <Text>{words.role(role)}</Text>;
}

/** A rule as it is written: always from left to right. */
export function RuleText({ rule }: { rule: string }): ReactNode {
  return (
    <code className="rule-text" dir="ltr">
      {rule}
    </code>
  );
}

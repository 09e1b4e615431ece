/** What is said about a person: name, e-mail, roles, attributes that row scopes ask for. */
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Attributes } from "@/api/people";
import { useRoles } from "@/api/roles";
import { Field } from "@/components/Field";
import { useRoleName } from "./words";

export interface PersonDraft {
  email: string;
  display_name: string;
  roles: string[];
  attributes: Attributes;
}

interface Props<Draft extends PersonDraft> {
  draft: Draft;
  onChange: (draft: Draft) => void;
  mayAssign: boolean;
}

function AttributeRows({ value, onChange }: { value: Attributes; onChange: (next: Attributes) => void }): ReactNode {
  const { t } = useTranslation("people");
  const entries = Object.entries(value);
  const replace = (place: number, name: string, values: string[]): void => {
    onChange(Object.fromEntries(entries.map((entry, at) => (at === place ? [name, values] : entry))));
  };
  const free = ["regions", "department", "team"].find((name) => !(name in value)) ?? `attribute_${entries.length + 1}`;
  return (
    <fieldset className="attributes">
      <legend>{t("attributes")}</legend>
      <p className="field-hint">{t("attributes.what")}</p>
      {entries.map(([name, values], place) => (
        <div key={place} className="attribute-row">
          <Input
            aria-label={t("attributes.name")}
            dir="ltr"
            value={name}
            onChange={({ target }) => replace(place, target.value, [values].flat())}
          />
          <Select
            aria-label={`${t("attributes.values")}: ${name}`}
            mode="tags"
            open={false}
            suffixIcon={null}
            tokenSeparators={[","]}
            value={[values].flat()}
            onChange={(next: string[]) => replace(place, name, next)}
          />
          <Button
            icon={<CloseOutlined />}
            aria-label={`${t("attributes.remove")}: ${name}`}
            onClick={() => onChange(Object.fromEntries(entries.filter((_, at) => at !== place)))}
          />
        </div>
      ))}
      <Button size="small" icon={<PlusOutlined />} onClick={() => onChange({ ...value, [free]: [] })}>
        {t("attributes.add")}
      </Button>
    </fieldset>
  );
}

export function PersonFields<Draft extends PersonDraft>({ draft, onChange, mayAssign }: Props<Draft>): ReactNode {
  const { t } = useTranslation("people");
  const roles = useRoles();
  const roleName = useRoleName();
  return (
    <>
      <Field label={t("email")}>
        {(control) => (
          <Input
            {...control}
            type="email"
            dir="ltr"
            required
            value={draft.email}
            onChange={({ target }) => onChange({ ...draft, email: target.value })}
          />
        )}
      </Field>
      <Field label={t("name")}>
        {(control) => (
          <Input
            {...control}
            dir="auto"
            required
            maxLength={200}
            value={draft.display_name}
            onChange={({ target }) => onChange({ ...draft, display_name: target.value })}
          />
        )}
      </Field>
      {mayAssign && (
        <Field label={t("roles")} hint={t("roles.what")}>
          {(control) => (
            <Select
              {...control}
              mode="multiple"
              loading={roles.isPending}
              value={draft.roles}
              onChange={(next: string[]) => onChange({ ...draft, roles: next })}
              optionFilterProp="label"
              options={(roles.data ?? []).map((role) => ({ value: role.role_id, label: roleName(role) }))}
            />
          )}
        </Field>
      )}
      <AttributeRows value={draft.attributes} onChange={(attributes) => onChange({ ...draft, attributes })} />
    </>
  );
}

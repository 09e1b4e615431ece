/** Where a database is, field by field. The password leaves this page once and comes back never. */
import { Form, Input, InputNumber, Select, Switch } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Place } from "@/api/sources";

export interface DatabaseDraft {
  kind: "postgresql" | "mysql" | "mariadb";
  host: string;
  port: number | null;
  database: string;
  user: string;
  password: string;
  is_tls: boolean;
}

export const EMPTY_DATABASE: DatabaseDraft = {
  kind: "postgresql",
  host: "",
  port: null,
  database: "",
  user: "",
  password: "",
  is_tls: true,
};

const KINDS = [
  { value: "postgresql", label: "PostgreSQL" },
  { value: "mysql", label: "MySQL" },
  { value: "mariadb", label: "MariaDB" },
] as const;

export function placeOf(draft: DatabaseDraft): Place | null {
  if (!draft.host.trim() || !draft.database.trim()) return null;
  return {
    ...draft,
    host: draft.host.trim(),
    database: draft.database.trim(),
    password: draft.password || null,
  };
}

interface Props {
  value: DatabaseDraft;
  onChange: (next: DatabaseDraft) => void;
  /** A password is kept already. */
  hasSecret?: boolean;
}

export function DatabaseForm({ value, onChange, hasSecret = false }: Props): ReactNode {
  const { t } = useTranslation("sources");
  const set = (part: Partial<DatabaseDraft>): void => onChange({ ...value, ...part });
  const text = (field: "host" | "database" | "user", label: string): ReactNode => (
    <Form.Item label={label} htmlFor={`database-${field}`}>
      <Input
        id={`database-${field}`}
        dir="ltr"
        autoComplete="off"
        value={value[field]}
        onChange={({ target }) => set({ [field]: target.value })}
      />
    </Form.Item>
  );
  return (
    <Form layout="vertical" component={false}>
      <div className="form-columns">
        <Form.Item label={t("database.kind")} htmlFor="database-kind">
          <Select
            id="database-kind"
            aria-label={t("database.kind")}
            value={value.kind}
            options={[...KINDS]}
            onChange={(kind) => set({ kind })}
          />
        </Form.Item>
        {text("host", t("database.host"))}
        <Form.Item label={t("database.port")} htmlFor="database-port">
          <InputNumber
            id="database-port"
            min={1}
            max={65535}
            placeholder={value.kind === "postgresql" ? "5432" : "3306"}
            value={value.port}
            onChange={(port) => set({ port })}
          />
        </Form.Item>
        {text("database", t("database.name"))}
        {text("user", t("database.user"))}
        <Form.Item
          label={t("database.password")}
          htmlFor="database-password"
          extra={hasSecret ? t("database.password_kept") : t("database.password_what")}
        >
          <Input.Password
            id="database-password"
            dir="ltr"
            autoComplete="new-password"
            value={value.password}
            onChange={({ target }) => set({ password: target.value })}
          />
        </Form.Item>
        <Form.Item label={t("database.tls")} htmlFor="database-tls">
          <Switch
            id="database-tls"
            aria-label={t("database.tls")}
            checked={value.is_tls}
            onChange={(is_tls) => set({ is_tls })}
          />
        </Form.Item>
      </div>
    </Form>
  );
}

/** The fields of the account's forms; browsers and password managers know what each is. */
import { Input } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/components/Field";

interface Props {
  value: string;
  onChange: (value: string) => void;
  error?: string | null;
}

export function EmailField({ value, onChange, error }: Props): ReactNode {
  const { t } = useTranslation("account");
  return (
    <Field label={t("email")} error={error}>
      {(control) => (
        <Input
          {...control}
          type="email"
          dir="ltr"
          required
          autoComplete="username"

          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

export function NameField({ value, onChange, error }: Props): ReactNode {
  const { t } = useTranslation("account");
  return (
    <Field label={t("name")} error={error}>
      {(control) => (
        <Input
          {...control}
          dir="auto"
          required
          maxLength={200}
          autoComplete="name"
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

export function PasswordField({
  value,
  onChange,
  error,
  isNew,
  label,
}: Props & { isNew?: boolean; label?: string }): ReactNode {
  const { t } = useTranslation("account");
  return (
    <Field
      label={label ?? t(isNew ? "password.new" : "password")}
      hint={isNew ? t("password.hint") : undefined}
      error={error}
    >
      {(control) => (
        <Input.Password
          {...control}
          dir="ltr"
          required
          autoComplete={isNew ? "new-password" : "current-password"}

          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

export function CodeField({ value, onChange, error, hint }: Props & { hint?: string }): ReactNode {
  const { t } = useTranslation("account");
  return (
    <Field label={t("code")} hint={hint} error={error}>
      {(control) => (
        <Input
          {...control}
          dir="ltr"
          required
          autoComplete="one-time-code"

          maxLength={40}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

/** Settings → API keys. */
import { PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Input, Modal, Radio, Select, Switch } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ApiKey, createKey, revokeKey, useForgetKeys, useKeys } from "@/api/account";
import { useIdempotencyKey } from "@/api/edit";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { CopyField } from "@/components/CopyField";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Field } from "@/components/Field";
import { Moment } from "@/components/Moment";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";
import { useForm } from "../useForm";
import { useProblem } from "../useProblem";
import "../account.css";

const LIFETIMES = ["30", "90", "365", "never"] as const;
type Lifetime = (typeof LIFETIMES)[number];

function usePermissionWords(): (permission: string) => string {
  const { t, i18n } = useTranslation("roles");
  const known = (key: string, otherwise: string): string => (i18n.exists(`roles:${key}`) ? t(key) : otherwise);
  return (permission) => {
    const [verb = "", kind = ""] = permission.split(" ");
    return `${known(`kind.${kind}`, kind)}: ${known(`verb.${verb}`, verb)}`;
  };
}

function NewKey({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation("account");
  const { me } = useSession();
  const words = usePermissionWords();
  const forget = useForgetKeys();
  const say = useProblem();
  const { key } = useIdempotencyKey();
  const [name, setName] = useState("");
  const [lifetime, setLifetime] = useState<Lifetime>("90");
  const [isLimited, setIsLimited] = useState(true);
  const [chosen, setChosen] = useState<string[]>([]);
  const [secret, setSecret] = useState<string | null>(null);
  const all = (me?.permissions ?? []).map(([verb, kind]) => `${verb} ${kind}`);
  const form = useForm(async () => {
    const permissions = chosen.map((one) => one.split(" ") as [string, string]);
    const expires = lifetime === "never" ? null : new Date(Date.now() + Number(lifetime) * 86_400_000).toISOString();
    const made = await createKey({ name, permissions: isLimited ? permissions : null, expires_at: expires }, key());
    setSecret(made.secret);
    await forget();
  });
  return (
    <Modal open title={t("keys.new")} footer={null} onCancel={onClose} mask={{ closable: false }}>
      {secret ? (
        <div role="status">
          <p>
            <strong>{t("keys.keep")}</strong>
          </p>
          <CopyField value={secret} label={t("keys.secret")} />
          <p>
            <Button type="primary" onClick={onClose}>
              {t("keys.kept")}
            </Button>
          </p>
        </div>
      ) : (
        <form onSubmit={form.onSubmit}>
          <Field label={t("keys.name")} hint={t("keys.name_hint")}>
            {(control) => (
              <Input
                {...control}
                dir="auto"
                required
                maxLength={200}
                value={name}
                onChange={({ target }) => setName(target.value)}
              />
            )}
          </Field>
          <Field label={t("keys.lifetime")}>
            {(control) => (
              <Select
                {...control}
                value={lifetime}
                onChange={(next: Lifetime) => setLifetime(next)}
                options={LIFETIMES.map((value) => ({
                  value,
                  label: value === "never" ? t("keys.never") : t("keys.days", { count: Number(value) }),
                }))}
              />
            )}
          </Field>
          <Radio.Group
            value={isLimited}
            onChange={({ target }) => setIsLimited(target.value as boolean)}
            options={[
              { value: true, label: t("keys.limited") },
              { value: false, label: t("keys.all") },
            ]}
          />
          {isLimited && (
            <div className="permission-choice" role="group" aria-label={t("keys.limited")}>
              {all.map((permission) => (
                <Checkbox
                  key={permission}
                  checked={chosen.includes(permission)}
                  onChange={({ target }) =>
                    setChosen((before) =>
                      target.checked ? [...before, permission] : before.filter((one) => one !== permission),
                    )
                  }
                >
                  {words(permission)}
                </Checkbox>
              ))}
            </div>
          )}
          <p className="soft">{t("keys.never_more")}</p>
          {form.error !== null && (
            <p className="error-line" role="alert">
              {say(form.error)}
            </p>
          )}
          <Button type="primary" htmlType="submit" loading={form.isBusy} disabled={isLimited && chosen.length === 0}>
            {t("keys.create")}
          </Button>
        </form>
      )}
    </Modal>
  );
}

export default function Keys(): ReactNode {
  const { t } = useTranslation("account");
  const { may } = useSession();
  const words = usePermissionWords();
  const [isEverybody, setIsEverybody] = useState(false);
  const [isNew, setIsNew] = useState(false);
  const { data, isPending, error, refetch } = useKeys(isEverybody);
  const forget = useForgetKeys();
  const columns: Column<ApiKey>[] = [
    {
      key: "name",
      title: t("keys.name"),
      isPrimary: true,
      render: (one) => (
        <>
          <Text>{one.name}</Text> <code dir="ltr">{one.prefix}…</code>
        </>
      ),
    },
    {
      key: "permissions",
      title: t("keys.may"),
      render: ({ permissions }) =>
        permissions === null ? t("keys.all") : permissions.map((one) => words(one.join(" "))).join(" · "),
    },
    {
      key: "used",
      title: t("keys.used"),
      render: (one) =>
        one.last_used_at ? (
          <>
            <Moment value={one.last_used_at} as="relative" /> <Text>{one.last_used_address}</Text>
          </>
        ) : (
          t("keys.unused")
        ),
    },
    {
      key: "expires",
      title: t("keys.expires"),
      render: (one) => (one.expires_at ? <Moment value={one.expires_at} /> : t("keys.never")),
    },
  ];
  const revokeButton = (one: ApiKey): ReactNode => (
    <ConfirmButton
      size="small"
      danger
      question={t("keys.revoke_question")}
      onConfirm={async () => {
        await revokeKey(one.key_id).catch(() => undefined);
        await forget();
      }}
    >
      {t("keys.revoke")}
    </ConfirmButton>
  );
  return (
    <Page
      title={t("keys")}
      lead={t("keys.what")}
      actions={
        may("create", "key") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setIsNew(true)}>
            {t("keys.new")}
          </Button>
        )
      }
    >
      {may("administer", "key") && (
        <p>
          <label>
            <Switch checked={isEverybody} onChange={setIsEverybody} size="small" aria-label={t("keys.everybody")} />{" "}
            {t("keys.everybody")}
          </label>
        </p>
      )}
      <DataTable
        label={t("keys")}
        columns={columns}
        rows={data?.items ?? []}
        rowKey={(one) => one.key_id}
        isLoading={isPending}
        error={error}
        onRetry={() => void refetch()}
        empty={<EmptyState title={t("keys.none")}>{t("keys.what")}</EmptyState>}
        actions={may("delete", "key") ? revokeButton : undefined}
      />
      {isNew && <NewKey onClose={() => setIsNew(false)} />}
    </Page>
  );
}

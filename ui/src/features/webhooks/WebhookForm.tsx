/** The fields of a webhook. */
import { Input, Select, Switch } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useKinds, type WebhookDraft } from "@/api/webhooks";
import { Field } from "@/components/Field";

interface Props {
  draft: WebhookDraft;
  onChange: (part: Partial<WebhookDraft>) => void;
}

export function WebhookForm({ draft, onChange }: Props): ReactNode {
  const { t } = useTranslation("webhooks");
  const { data } = useKinds();
  const kinds = (data?.items ?? []).map(({ kind }) => kind);
  const groups = [...new Set(kinds.map((kind) => `${kind.split(".")[0]}.*`))];
  return (
    <>
      <Field label={t("name")}>
        {(control) => (
          <Input
            {...control}
            dir="auto"
            required
            maxLength={200}
            value={draft.name}
            onChange={({ target }) => onChange({ name: target.value })}
          />
        )}
      </Field>
      <Field label={t("url")} hint={t("url.hint")}>
        {(control) => (
          <Input
            {...control}
            dir="ltr"
            type="url"
            required
            maxLength={2000}
            placeholder="https://"
            value={draft.url}
            onChange={({ target }) => onChange({ url: target.value })}
          />
        )}
      </Field>
      <Field label={t("kinds")} hint={t("kinds.hint")}>
        {(control) => (
          <Select
            {...control}
            mode="tags"
            value={draft.kinds}
            options={["*", ...groups, ...kinds].map((kind) => ({
              value: kind,
              label: kind === "*" ? t("kinds.all") : kind,
            }))}
            onChange={(next: string[]) => onChange({ kinds: next })}
          />
        )}
      </Field>
      <Field label={t("filter")} hint={t("filter.hint")}>
        {(control) => (
          <Input
            {...control}
            dir="ltr"
            maxLength={8000}
            placeholder={'region = "Attica"'}
            value={draft.filter ?? ""}
            onChange={({ target }) => onChange({ filter: target.value || null })}
          />
        )}
      </Field>
      <p>
        <label>
          <Switch
            size="small"
            checked={draft.is_paused}
            onChange={(is_paused) => onChange({ is_paused })}
            aria-label={t("pause")}
          />{" "}
          {t("pause")}
        </label>
      </p>
    </>
  );
}

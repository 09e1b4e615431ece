/** Who can see a field, how, and why. */
import { Input } from "antd";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { type FieldExplanation, useFieldExplanation, useVocabulary } from "@/api/roles";
import { type Column, DataTable } from "@/components/DataTable";
import { Page } from "@/components/Page";
import { MaskTag, RoleWord, RuleText, useWords } from "./words";

type InRole = FieldExplanation["roles"][number];

export function FieldExplainer(): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  const listId = useId();
  const vocabulary = useVocabulary();
  const [search, setSearch] = useSearchParams({ field: "email" });
  const field = search.get("field") ?? "email";
  const { data, isPending, error, refetch } = useFieldExplanation(field.trim());
  const columns: Column<InRole>[] = [
    { key: "role", title: t("fields.role"), isPrimary: true, render: ({ role }) => <RoleWord role={role} /> },
    { key: "mask", title: t("fields.shows"), render: ({ mask }) => <MaskTag mask={mask} /> },
    {
      key: "why",
      title: t("fields.why"),
      render: ({ reason, entry }) => t(`reason.${reason}`, { entry: entry === null ? "" : words.entry(entry) }),
    },
    {
      key: "scope",
      title: t("fields.whose"),
      render: ({ role, reason }) =>
        reason === "reads_no_customers" ? "–" : role.scope ? <RuleText rule={role.scope} /> : t("scope.all"),
    },
  ];
  return (
    <Page title={t("fields.title")} lead={t("fields.lead")}>
      <label className="field-choice">
        <span>{t("fields.field")}</span>
        <Input
          dir="ltr"
          list={listId}
          value={field}
          maxLength={200}
          onChange={({ target }) => setSearch({ field: target.value }, { replace: true })}
        />
        <datalist id={listId}>
          {Object.values(vocabulary.data?.classes ?? {})
            .flat()
            .map((name) => (
              <option key={name} value={name}>
                {words.field(name)}
              </option>
            ))}
        </datalist>
      </label>
      {data && (
        <p>
          {t("fields.is", { field: words.field(data.field), class: words.piiClass(data.pii_class) })}{" "}
          {t("fields.yours")} <MaskTag mask={data.yours} />{" "}
          {t(data.may_search ? "fields.may_search" : "fields.may_not_search")}
        </p>
      )}
      <DataTable
        label={t("fields.title")}
        columns={columns}
        rows={data?.roles ?? []}
        rowKey={({ role }) => role.role_id}
        isLoading={isPending && field.trim() !== ""}
        error={error}
        onRetry={() => void refetch()}
      />
    </Page>
  );
}

/** Settings: the essentials of each role, and which fields people really open. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useRoleNames, useUsage } from "@/api/customer";
import { useSession } from "@/app/session";
import { type Column, DataTable } from "@/components/DataTable";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Num } from "@/components/Num";
import { Page, Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { CardEditor } from "../CardEditor";
import { fieldLabel, lineLabel } from "../labels";
import "../customer.css";

export default function CardSettings(): ReactNode {
  const { t } = useTranslation("customer");
  return (
    <Page title={t("settings.title")} lead={t("settings.lead")}>
      <Section title={t("settings.arrange")} id="cu-arrange">
        <CardEditor />
      </Section>
      <UsageReport />
    </Page>
  );
}

function UsageReport(): ReactNode {
  const { t } = useTranslation("customer");
  const { may } = useSession();
  const { data, isPending, error, refetch } = useUsage();
  const roles = new Map(useRoleNames(may("read", "role")).map(({ role_id, name }) => [role_id, name]));
  if (isPending) return <Loading />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  type Use = (typeof data.fields)[number];
  type System = (typeof data.systems)[number];
  const fields: Column<Use>[] = [
    { key: "field", title: t("settings.field"), isPrimary: true, render: ({ field }) => lineLabel(t, field) },
    {
      key: "openings",
      title: t("settings.openings"),
      isNumber: true,
      render: ({ openings }) => <Num value={openings} />,
    },
    {
      key: "roles",
      title: t("settings.by_role"),
      render: ({ by_role }) =>
        Object.entries(by_role).map(([role, count]) => (
          <span key={role} className="cu-by-role">
            <Text>{roles.get(role) ?? role}</Text> <Num value={count} />
          </span>
        )),
    },
  ];
  const systems: Column<System>[] = [
    { key: "source", title: t("provenance.source"), isPrimary: true, render: ({ source }) => <Text>{source}</Text> },
    {
      key: "fields",
      title: t("settings.fields"),
      isNumber: true,
      render: ({ fields: count }) => <Num value={count} />,
    },
    {
      key: "read",
      title: t("settings.fields_read"),
      isNumber: true,
      render: ({ fields_read }) => <Num value={fields_read} />,
    },
  ];
  return (
    <>
      <Section
        title={t("settings.usage")}
        lead={
          <>
            {t("settings.usage_why")} <Moment value={data.since} as="date" />
          </>
        }
        id="cu-usage"
      >
        <DataTable label={t("settings.usage")} columns={fields} rows={data.fields} rowKey={({ field }) => field} />
        {data.never_opened.length > 0 && (
          <details className="cu-never">
            <summary>{t("settings.never", { count: data.never_opened.length })}</summary>
            <p>{data.never_opened.map((name) => fieldLabel(t, name)).join(" · ")}</p>
          </details>
        )}
      </Section>
      <Section title={t("settings.systems")} lead={t("settings.systems_why")} id="cu-systems">
        <DataTable
          label={t("settings.systems")}
          columns={systems}
          rows={data.systems}
          rowKey={({ source }) => source}
        />
      </Section>
    </>
  );
}

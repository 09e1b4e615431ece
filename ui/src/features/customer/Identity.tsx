/** Of which records the customer is made, since when, and every merge and split. */
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Attachment, type Identity as Found, useIdentity } from "@/api/customer";
import { DateField } from "@/components/DateField";
import { type Column, DataTable } from "@/components/DataTable";
import { ErrorState } from "@/components/ErrorState";
import { Hidden } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { isolated } from "./labels";
import { CustomerId } from "./CustomerId";

export function Identity({ id }: { id: string }): ReactNode {
  const { t } = useTranslation("customer");
  const [day, setDay] = useState<string | null>(null);
  const { data, isPending, error, refetch } = useIdentity(id, day && `${day}T23:59:59Z`);
  if (isPending) return <Loading lines={8} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <Section
        title={t("identity.records")}
        lead={t("identity.records_why")}
        id="cu-made-of"
        actions={<DateField label={t("identity.as_of")} value={day} onChange={setDay} />}
      >
        {day && data.then && (
          <p className="soft">
            {t("identity.then", { count: data.then.length })} <Moment value={day} as="date" />
          </p>
        )}
        <Attachments rows={day && data.then ? data.then : data.present} runs={data.runs} />
      </Section>
      {data.former_ids.length > 0 && (
        <Section title={t("identity.aliases")} lead={t("identity.aliases_why")} id="cu-aliases">
          <ul className="cu-ids">
            {data.former_ids.map((old) => (
              <li key={old.customer_id}>
                <CustomerId id={old.customer_id} />{" "}
                <span className="soft">
                  {t("identity.issued")} <Moment value={old.issued_at} as="date" />
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={t("identity.changes")} id="cu-changes">
        <Changes found={data} />
      </Section>
      {data.past.length > 0 && (
        <Section title={t("identity.past")} lead={t("identity.past_why")} id="cu-past">
          <Attachments rows={data.past} runs={data.runs} />
        </Section>
      )}
    </>
  );
}

function Attachments({ rows, runs }: { rows: Attachment[]; runs: Found["runs"] }): ReactNode {
  const { t } = useTranslation("customer");
  const builds = new Map(runs.map((run) => [run.run_id, run.build_no]));
  const run = (id: number | null): string => (id === null ? "" : t("identity.build", { number: builds.get(id) ?? id }));
  const columns: Column<Attachment>[] = [
    { key: "source", title: t("provenance.source"), isPrimary: true, render: (row) => <Text>{row.source}</Text> },
    { key: "table", title: t("identity.table"), render: (row) => <Text>{row.table}</Text> },
    {
      key: "key",
      title: t("identity.key"),
      render: (row) => (row.record_key ? <Text>{row.record_key}</Text> : <Hidden />),
    },
    { key: "since", title: t("identity.since"), render: (row) => <Moment value={row.attached_at} as="moment" /> },
    { key: "run", title: t("identity.by"), render: (row) => run(row.attached_run) },
    ...(rows.some(({ detached_at }) => detached_at)
      ? [
          {
            key: "until",
            title: t("identity.until"),
            render: (row: Attachment) =>
              row.detached_at && (
                <>
                  <Moment value={row.detached_at} as="moment" /> · {run(row.detached_run)}
                </>
              ),
          },
        ]
      : []),
  ];
  return (
    <DataTable
      label={t("identity.records")}
      columns={columns}
      rows={rows}
      rowKey={(row) => `${row.source}.${row.table}:${row.record_key}${row.detached_run ?? ""}`}
    />
  );
}

function Changes({ found }: { found: Found }): ReactNode {
  const { t } = useTranslation("customer");
  const elsewhere = t("identity.elsewhere");
  return (
    <ol className="cu-changes">
      {found.changes.map((change) => (
        <li key={`${change.run_id}${change.kind}${change.customer_id}${change.other_customer_id}${change.records}`}>
          <Moment value={change.happened_at} as="moment" />
          <span>
            {t(`change.${change.kind}`, {
              id: isolated(change.customer_id ?? elsewhere),
              other: isolated(change.other_customer_id ?? elsewhere),
              count: change.records,
            })}
          </span>
          {change.hidden_by && <Hidden policy={change.hidden_by} />}
        </li>
      ))}
      <li>
        <Moment value={found.created_at} as="moment" />
        <span>{t("identity.founded", { id: isolated(found.customer_id) })}</span>
      </li>
    </ol>
  );
}

/** Of which records the customer is made, since when, and every merge and split. */
import { Button } from "antd";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Attachment, type Card, type IdChange, type Identity as Found, useIdentity } from "@/api/customer";
import { undoChange, useMapAction } from "@/api/identity";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { DateField } from "@/components/DateField";
import { type Column, DataTable } from "@/components/DataTable";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Hidden } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { CustomerId } from "./CustomerId";
import { NotTheSame, SameAs } from "./Decide";
import { Explain, WhyButton } from "./Explain";
import { isolated } from "./labels";
import { LevelSections } from "./Levels";

/** Part of another feature, loaded when the tab is opened. */
const Sureness = lazy(() => import("@/features/identity/panels"));

export function Identity({ card }: { card: Card }): ReactNode {
  const id = card.customer_id;
  const { t } = useTranslation("customer");
  const [day, setDay] = useState<string | null>(null);
  const { data, isPending, error, refetch } = useIdentity(id, day && `${day}T23:59:59Z`);
  if (isPending) return <Loading lines={8} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <Deciding found={data} />
      <Suspense fallback={<Loading lines={3} />}>
        <Sureness customerId={id} found={card.identity} />
      </Suspense>
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
      <LevelSections id={data.customer_id} />
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

/** What a steward may do here, and why the records are one customer. */
function Deciding({ found }: { found: Found }): ReactNode {
  const { t } = useTranslation("customer");
  const { may } = useSession();
  const [isWhy, setIsWhy] = useState(false);
  const [dialog, setDialog] = useState<"same" | "different" | null>(null);
  const id = found.customer_id;
  const mayDecide = may("update", "identity") && found.state === "active";
  const isPartable = found.present.filter(({ subject_id }) => subject_id !== null).length > 1;
  return (
    <div className="cu-deciding">
      <div className="cu-actions">
        <WhyButton isOpen={isWhy} onToggle={() => setIsWhy(!isWhy)} />
        {mayDecide && isPartable && <Button onClick={() => setDialog("different")}>{t("different.open")}</Button>}
        {mayDecide && <Button onClick={() => setDialog("same")}>{t("same.open")}</Button>}
      </div>
      {isWhy && <Explain a={id} />}
      {dialog === "same" && <SameAs id={id} onClose={() => setDialog(null)} />}
      {dialog === "different" && <NotTheSame id={id} records={found.present} onClose={() => setDialog(null)} />}
    </div>
  );
}

function Attachments({ rows, runs }: { rows: Attachment[]; runs: Found["runs"] }): ReactNode {
  const { t } = useTranslation("customer");
  const known = new Map(runs.map((run) => [run.run_id, run]));
  const run = (id: number | null): string => {
    const found = id === null ? undefined : known.get(id);
    if (!found) return "";
    return found.build_no === null ? isolated(found.actor) : t("identity.build", { number: found.build_no });
  };
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
  const undone = useMapAction(undoChange);
  return (
    <>
      <ol className="cu-changes">
        {found.changes.map((change) => (
          <Change
            key={change.change_id}
            change={change}
            run={found.runs.find(({ run_id }) => run_id === change.run_id)}
            onUndo={() => undone.mutateAsync(change.change_id).catch(() => undefined)}
          />
        ))}
        <li>
          <Moment value={found.created_at} as="moment" />
          <span>{t("identity.founded", { id: isolated(found.customer_id) })}</span>
        </li>
      </ol>
      <ErrorLine error={undone.error} />
    </>
  );
}

interface ChangeProps {
  change: IdChange;
  run: Found["runs"][number] | undefined;
  onUndo: () => Promise<unknown>;
}

function Change({ change, run, onUndo }: ChangeProps): ReactNode {
  const { t } = useTranslation("customer");
  const { may } = useSession();
  const elsewhere = t("identity.elsewhere");
  const words = t(`change.${change.kind}`, {
    id: isolated(change.customer_id ?? elsewhere),
    other: isolated(change.other_customer_id ?? elsewhere),
    count: change.records,
  });
  return (
    <li>
      <Moment value={change.happened_at} as="moment" />
      <span>
        {words}{" "}
        {run && run.build_no === null && (
          <span className="soft">
            <Text>{run.actor}</Text>
            {run.reason && (
              <>
                : <Text>{run.reason}</Text>
              </>
            )}
          </span>
        )}
      </span>
      {change.hidden_by && <Hidden policy={change.hidden_by} />}
      {change.can_be_undone && !change.hidden_by && may("update", "identity") && (
        <ConfirmButton
          size="small"
          question={t("undo.ask")}
          consequence={t("undo.what")}
          confirm={t("undo")}
          aria-label={`${t("undo")}: ${words}`}
          onConfirm={onUndo}
        >
          {t("undo")}
        </ConfirmButton>
      )}
    </li>
  );
}

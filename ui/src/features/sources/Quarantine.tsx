/** Rows that could not be read: where, why, what they said; supply one as it should be. */
import { Button, Select } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { isApiError } from "@/api/client";
import { usePaged } from "@/api/paged";
import { type QuarantinedRow, useSourceChanges, useSources } from "@/api/sources";
import { useSession } from "@/app/session";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Shown } from "@/components/Hidden";
import { Num } from "@/components/Num";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";
import { Toolbar } from "@/components/Toolbar";
import { BackLink } from "@/components/BackLink";
import { Busy } from "./MeaningEditor";
import { Mend } from "./Mend";

const STATES = ["open", "replayed", "resolved"] as const;

export function QuarantinePage(): ReactNode {
  const { t } = useTranslation("sources");
  const { data } = useSources();
  const [parameters, setParameters] = useSearchParams();
  const source = parameters.get("source") ?? undefined;
  useSourceChanges();
  return (
    <Page
      title={t("quarantine")}
      heading={<BackLink to="/sources">{t("quarantine")}</BackLink>}
      lead={t("quarantine.lead")}
    >
      <Toolbar label={t("filter")}>
        <Select
          className="filter"
          allowClear
          aria-label={t("source")}
          placeholder={t("source")}
          value={source}
          options={data?.items.map(({ name }) => ({ value: name, label: name }))}
          onChange={(next?: string) => setParameters(next ? { source: next } : {}, { replace: true })}
        />
      </Toolbar>
      <QuarantineList source={source} />
    </Page>
  );
}

export function QuarantineList({ source }: { source?: string }): ReactNode {
  const { t } = useTranslation("sources");
  const mayMend = useSession().may("update", "source");
  const [state, setState] = useState<(typeof STATES)[number]>("open");
  const [mended, setMended] = useState<QuarantinedRow | null>(null);
  const rows = usePaged<QuarantinedRow>(["quarantine", source ?? ""], "/quarantine", { source, state });
  const columns: Column<QuarantinedRow>[] = [
    {
      key: "origin",
      title: t("quarantine.place"),
      isPrimary: true,
      render: ({ origin, line, source: of, table }) => (
        <>
          <Text>{origin}</Text>
          {line !== null && (
            <>
              {" "}
              {t("quarantine.line")} <Num value={line} />
            </>
          )}
          <div className="soft">
            <bdi>{`${of}.${table}`}</bdi>
          </div>
        </>
      ),
    },
    { key: "reason", title: t("why"), render: ({ reason }) => <Text>{reason}</Text> },
    {
      key: "raw",
      title: t("quarantine.raw"),
      render: ({ raw: { value, hidden_by: by } }) => (
        <Shown
          hiddenBy={by}
          value={
            value === null ? null : (
              <code className="raw">
                <bdi dir="auto">{String(value).slice(0, 300)}</bdi>
              </code>
            )
          }
        />
      ),
    },
  ];
  if (isApiError(rows.error, 409)) return <Busy onRetry={rows.onRetry} />;
  return (
    <>
      <Toolbar label={t("filter")}>
        <Select
          className="filter"
          aria-label={t("state")}
          value={state}
          options={STATES.map((value) => ({ value, label: t(`quarantine.${value}`) }))}
          onChange={setState}
        />
      </Toolbar>
      <DataTable
        label={t("quarantine")}
        columns={columns}
        {...rows}
        rowKey={({ quarantine_id: id }) => id}
        empty={<EmptyState title={t("quarantine.none")}>{t("quarantine.none_what")}</EmptyState>}
        actions={mayMend ? mendButton(setMended) : undefined}
      />
      {mended && <Mend row={mended} onClose={() => setMended(null)} />}
    </>
  );
}

/** The button at the end of a row, where a person may mend it. */
function mendButton(open: (row: QuarantinedRow) => void): (row: QuarantinedRow) => ReactNode {
  return (row) => row.state !== "resolved" && !row.raw.hidden_by && <MendButton onOpen={() => open(row)} />;
}

function MendButton({ onOpen }: { onOpen: () => void }): ReactNode {
  const { t } = useTranslation("sources");
  return (
    <Button size="small" onClick={onOpen}>
      {t("quarantine.mend")}
    </Button>
  );
}

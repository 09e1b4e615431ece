/** Settings → Audit: who did and who read what, when, from where. */
import { DownloadOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { AutoComplete, Button, Dropdown, Input } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import {
  type AuditEntry,
  type AuditFilter,
  exportAddress,
  useAudit,
  useAuditActions,
  type Verification,
  verifyAudit,
} from "@/api/audit";
import { useSession } from "@/app/session";
import { CopyField } from "@/components/CopyField";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { ErrorLine } from "@/components/ErrorState";
import { Moment } from "@/components/Moment";
import { Num } from "@/components/Num";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";
import { useQueryState } from "@/components/useQueryState";
import "./audit.css";

const NAMES = ["actor", "action", "customer", "resource", "since", "until"] as const;
type Name = (typeof NAMES)[number];

function useFilter(): [AuditFilter, (name: Name, value: string) => void] {
  const [query, set] = useQueryState();
  const filter = Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ""])) as unknown as AuditFilter;
  return [filter, set];
}

function Filters({ filter, set }: { filter: AuditFilter; set: (name: Name, value: string) => void }): ReactNode {
  const { t } = useTranslation("audit");
  const actions = useAuditActions();
  return (
    <div className="audit-filter" role="search" aria-label={t("filter")}>
      <label>
        {t("action")}
        <AutoComplete
          allowClear
          value={filter.action}
          onChange={(value: string | undefined) => set("action", value ?? "")}
          options={(actions.data?.items ?? []).map((value) => ({ value }))}
        >
          <Input dir="ltr" aria-label={t("action")} placeholder="customer." />
        </AutoComplete>
      </label>
      {(["actor", "customer", "resource"] as const).map((name) => (
        <label key={name}>
          {t(name)}
          <Input.Search
            key={filter[name]}
            dir="ltr"
            allowClear
            aria-label={t(name)}
            defaultValue={filter[name]}
            onSearch={(value) => set(name, value.trim())}
          />
        </label>
      ))}
      {(["since", "until"] as const).map((name) => (
        <label key={name}>
          {t(name)}
          <Input type="date" value={filter[name]} onChange={({ target }) => set(name, target.value)} />
        </label>
      ))}
    </div>
  );
}

function Verdict({ found }: { found: Verification }): ReactNode {
  const { t } = useTranslation("audit");
  return (
    <div className="audit-verdict" role="status">
      {found.is_intact ? (
        <>
          <p>
            <strong>{t("intact")}</strong> <Num value={found.entries} />
          </p>
          {found.waiting > 0 && (
            <p>
              {t("intact.waiting")} <Num value={found.waiting} />
            </p>
          )}
          <p>{t("intact.note")}</p>
          <CopyField value={`${found.last_seq}:${found.head_hash}`} label={t("intact.head")} />
        </>
      ) : (
        <p className="error-line">
          <strong>{t("broken")}</strong> <Num value={found.problem_seq ?? 0} /> <Text>{found.problem}</Text>
        </p>
      )}
    </div>
  );
}

export default function Audit(): ReactNode {
  const { t } = useTranslation("audit");
  const { may } = useSession();
  const [filter, set] = useFilter();
  const entries = useAudit(filter);
  const [verdict, setVerdict] = useState<Verification | null>(null);
  const [isVerifying, setIsVerifying] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const verify = async (): Promise<void> => {
    setIsVerifying(true);
    setError(null);
    try {
      setVerdict(await verifyAudit());
    } catch (problem) {
      setError(problem);
    } finally {
      setIsVerifying(false);
    }
  };
  const columns: Column<AuditEntry>[] = [
    { key: "at", title: t("at"), render: (entry) => <Moment value={entry.at} /> },
    {
      key: "actor",
      title: t("actor"),
      render: (entry) => (
        <button type="button" className="audit-actor" onClick={() => set("actor", entry.actor_id)}>
          <Text>{entry.actor_name}</Text>
        </button>
      ),
    },
    {
      key: "action",
      title: t("action"),
      isPrimary: true,
      render: (entry) => (
        <>
          <code dir="ltr">{entry.action}</code>
          {Object.keys(entry.details).length > 0 && (
            <div className="audit-details" dir="ltr">
              {JSON.stringify(entry.details)}
            </div>
          )}
        </>
      ),
    },
    {
      key: "resource",
      title: t("resource"),
      render: (entry) => (
        <code dir="ltr">
          {entry.customer_id && entry.customer_id === entry.resource_id && may("read", "customer") ? (
            <Link to={`/customers/${encodeURIComponent(entry.customer_id)}`}>{entry.resource_id}</Link>
          ) : (
            entry.resource_id
          )}
        </code>
      ),
    },
    { key: "address", title: t("address"), render: (entry) => <Text>{entry.address ?? "–"}</Text> },
  ];
  const formats = (["ndjson", "csv"] as const).map((format) => ({
    key: format,
    label: <a href={exportAddress(filter, format)}>{format.toUpperCase()}</a>,
  }));
  return (
    <Page
      title={t("audit")}
      lead={t("audit.what")}
      actions={
        <>
          <Button icon={<SafetyCertificateOutlined />} loading={isVerifying} onClick={() => void verify()}>
            {t("verify")}
          </Button>
          {may("export", "audit") && (
            <Dropdown menu={{ items: formats }} trigger={["click"]}>
              <Button icon={<DownloadOutlined />}>{t("export")}</Button>
            </Dropdown>
          )}
        </>
      }
    >
      <ErrorLine error={error} />
      {verdict && <Verdict found={verdict} />}
      <Filters filter={filter} set={set} />
      <DataTable
        label={t("audit")}
        columns={columns}
        {...entries}
        rowKey={(entry) => String(entry.seq)}
        empty={<EmptyState title={t("none")} />}
      />
    </Page>
  );
}

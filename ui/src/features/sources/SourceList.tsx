/** All sources: how fresh each is, what it holds, what it costs; the build that runs; the schedules. */
import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Source, useSourceChanges, useSources } from "@/api/sources";
import { formatNumber } from "@/app/language";
import { useSession } from "@/app/session";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Moment } from "@/components/Moment";
import { Num } from "@/components/Num";
import { Page, Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { BuildBar } from "./BuildBar";
import { Money } from "./Money";
import { Schedules } from "./Schedules";
import { StateTag } from "./StateTag";

export function SourceList(): ReactNode {
  const { t } = useTranslation("sources");
  const { may } = useSession();
  const { data, isPending, error, refetch } = useSources();
  useSourceChanges();
  const columns = useColumns();
  const connect = may("create", "source") && (
    <Link to="/sources/-/connect">
      <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
        {t("connect")}
      </Button>
    </Link>
  );
  return (
    <Page title={t("title")} lead={t("lead")} actions={connect}>
      {may("read", "build") && data && data.items.length > 0 && <BuildBar />}
      <DataTable
        label={t("title")}
        columns={columns}
        rows={data?.items ?? []}
        rowKey={({ name }) => name}
        isLoading={isPending}
        error={error}
        onRetry={() => void refetch()}
        empty={
          <EmptyState title={t("none")} action={connect}>
            {t("none.what")}
          </EmptyState>
        }
      />
      {may("read", "build") && data && data.items.length > 0 && (
        <Section title={t("schedules")} lead={t("schedules.lead")} id="schedules">
          <Schedules sources={data.items.map(({ name }) => name)} />
        </Section>
      )}
    </Page>
  );
}

function count(value: number | null): ReactNode {
  return value === null ? "–" : <Num value={value} />;
}

function columnWords(t: TFunction, { columns, columns_used: used }: Source): string {
  return t("columns_used.what", { used: formatNumber(used), landed: formatNumber(columns - used) });
}

function useColumns(): Column<Source>[] {
  const { t } = useTranslation("sources");
  return [
    {
      key: "name",
      title: t("name"),
      isPrimary: true,
      render: ({ name, owner }) => (
        <div>
          <Link to={`/sources/${name}`}>
            <Text>{name}</Text>
          </Link>
          {owner && (
            <div className="soft">
              <Text>{owner}</Text>
            </div>
          )}
        </div>
      ),
    },
    { key: "state", title: t("state"), render: (source) => <StateTag source={source} /> },
    {
      key: "read",
      title: t("last_read"),
      render: ({ last_read_at: at }) => (at ? <Moment value={at} as="relative" /> : "–"),
    },
    { key: "rows", title: t("rows"), isNumber: true, render: ({ rows }) => count(rows) },
    {
      key: "columns",
      title: t("columns_used"),
      isNumber: true,
      isHiddenOnPhone: true,
      render: (one) =>
        one.columns === 0 ? (
          "–"
        ) : (
          <Link to={`/sources/${one.name}/tables`} title={columnWords(t, one)}>
            <Num value={one.columns_used} /> / <Num value={one.columns} />
            <span className="visually-hidden"> {columnWords(t, one)}</span>
          </Link>
        ),
    },
    { key: "people", title: t("people_records"), isNumber: true, render: (one) => count(one.people_records) },
    { key: "only", title: t("only_here"), isNumber: true, render: (one) => count(one.only_here) },
    {
      key: "quarantined",
      title: t("quarantine"),
      isNumber: true,
      render: ({ name, quarantined }) =>
        quarantined > 0 ? (
          <Link to={`/sources/-/quarantine?source=${name}`}>
            <Num value={quarantined} />
          </Link>
        ) : (
          <Num value={0} />
        ),
    },
    {
      key: "cost",
      title: t("yearly_cost"),
      isNumber: true,
      render: ({ yearly_cost: cost, currency }) => (cost === null ? "–" : <Money value={cost} currency={currency} />),
    },
  ];
}

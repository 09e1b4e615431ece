/** The tables of a source: what each is for, what identifies its rows, how it joins, what its columns mean. */
import { EditOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { type Column, type Source, type Table, useTables } from "@/api/sources";
import { useSession } from "@/app/session";
import { type Column as Heading, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Shown } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Num, ShareOf } from "@/components/Num";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { Confidence } from "./Confidence";
import { keyed } from "./keyed";
import { MeaningEditor } from "./MeaningEditor";
import { TableEditor } from "./TableEditor";

export function Tables({ source }: { source: Source }): ReactNode {
  const { t } = useTranslation("sources");
  const { data, isPending, error, refetch } = useTables(source.name);
  if (isPending) return <Loading lines={6} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data.items.length === 0) return <EmptyState title={t("tables.none")}>{t("tables.none_what")}</EmptyState>;
  return data.items.map((table) => <OneTable key={table.name} table={table} version={data.version} />);
}

function OneTable({ table, version }: { table: Table; version: number }): ReactNode {
  const { t } = useTranslation("sources");
  const { may } = useSession();
  const [column, setColumn] = useState<Column | null>(null);
  const [isEdited, setIsEdited] = useState(false);
  const mayChange = may("update", "source");
  const { hash } = useLocation();
  const isNamed = decodeURIComponent(hash) === `#table-${table.name}`;
  useEffect(() => {
    if (isNamed) document.getElementById(`table-${table.name}`)?.scrollIntoView();
  }, [isNamed, table.name]);
  const noted = Object.keys(table.noted).length > 0 && !isApplied(table);
  return (
    <Section
      id={`table-${table.name}`}
      title={table.name}
      lead={
        <>
          {t(`role.${table.role}`)} <Confidence column={table} /> · {t("look.rows", { count: table.rows })} ·{" "}
          {table.key.length > 0 ? (
            <>
              {t("table.key")} <Text>{table.key.join(", ")}</Text>
            </>
          ) : (
            t("table.no_key")
          )}
          {noted && <span className="noted">{t("noted")}</span>}
        </>
      }
      actions={
        mayChange && (
          <Button icon={<EditOutlined />} onClick={() => setIsEdited(true)}>
            {t("table.correct")}
          </Button>
        )
      }
    >
      <DataTable
        label={`${table.name}: ${t("columns")}`}
        columns={useHeadings()}
        rows={table.columns}
        rowKey={({ name }) => name}
        actions={openButton(mayChange, setColumn)}
      />
      {table.joins.length > 0 && <Joins table={table} />}
      {column && <MeaningEditor table={table} column={column} version={version} onClose={() => setColumn(null)} />}
      {isEdited && <TableEditor table={table} version={version} onClose={() => setIsEdited(false)} />}
    </Section>
  );
}

function isApplied({ noted, role, key }: Table): boolean {
  const wanted = noted.key === undefined ? key : [noted.key].flat();
  return (noted.role === undefined || noted.role === role) && wanted.join("\n") === key.join("\n");
}

function useHeadings(): Heading<Column>[] {
  const { t } = useTranslation("sources");
  return [
    { key: "name", title: t("column"), isPrimary: true, render: ({ name }) => <Text>{name}</Text> },
    {
      key: "meaning",
      title: t("meaning"),
      render: (column) => (
        <>
          {t(`meaning.${column.meaning}`)} <Confidence column={column} />
          {column.noted && column.noted !== column.meaning && (
            <div className="noted">
              {t(`meaning.${column.noted}`)}: {t("noted")}
            </div>
          )}
        </>
      ),
    },
    {
      key: "why",
      title: t("why"),
      isHiddenOnPhone: true,
      render: (column) => (
        <span className="soft">{column.is_set_by_person ? t("set_by_person") : <Text>{column.reason}</Text>}</span>
      ),
    },
    {
      key: "filled",
      title: t("filled"),
      isNumber: true,
      render: ({ filled }) => (filled === null ? "–" : <ShareOf value={filled} />),
    },
    {
      key: "distinct",
      title: t("distinct"),
      isNumber: true,
      isHiddenOnPhone: true,
      render: ({ distinct }) => (distinct === null ? "–" : <Num value={distinct} />),
    },
    {
      key: "examples",
      title: t("examples"),
      render: ({ examples }) => (
        <span className="examples">
          {keyed(examples.slice(0, 2)).map(({ key, item: { value, hidden_by: by } }) => (
            <Shown key={key} value={value === null ? null : <Text>{String(value)}</Text>} hiddenBy={by} />
          ))}
        </span>
      ),
    },
  ];
}

function Joins({ table }: { table: Table }): ReactNode {
  const { t } = useTranslation("sources");
  return (
    <div className="joins">
      <h3>{t("joins")}</h3>
      <ul>
        {table.joins.map((join) => (
          <li key={`${join.column} ${join.to_source} ${join.to_table}`}>
            <Text>{join.column}</Text> → <bdi>{`${join.to_source}.${join.to_table}.${join.to_column}`}</bdi>{" "}
            <span className="soft">
              <ShareOf value={join.coverage} /> {t("joins.found")}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The button at the end of a column's row. */
function openButton(mayChange: boolean, open: (column: Column) => void): (row: Column) => ReactNode {
  return (row) => <OpenButton name={row.name} mayChange={mayChange} onOpen={() => open(row)} />;
}

function OpenButton(props: { name: string; mayChange: boolean; onOpen: () => void }): ReactNode {
  const { t } = useTranslation("sources");
  const label = props.mayChange ? t("column.correct") : t("column.samples");
  return (
    <Button size="small" onClick={props.onOpen} aria-label={`${label}: ${props.name}`}>
      {label}
    </Button>
  );
}

/** What files would bring: each table with its role, columns and first rows. Nothing is kept yet. */
import { useQuery } from "@tanstack/react-query";
import { Collapse } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { lookInto, type TableLook } from "@/api/sources";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Num } from "@/components/Num";
import { Text } from "@/components/Text";
import { Confidence } from "./Confidence";
import { keyed } from "./keyed";

const ROWS = 6;

export function Looks({ uploads }: { uploads: string[] }): ReactNode {
  const { t } = useTranslation("sources");
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["look", ...uploads],
    queryFn: () => lookInto(uploads),
    staleTime: Infinity,
    retry: false,
  });
  if (isPending) return <Loading lines={5} label={t("look.busy")} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <Collapse
      defaultActiveKey={data.tables.slice(0, 1).map(({ name }) => name)}
      items={data.tables.map((table) => ({
        key: table.name,
        label: <Head table={table} />,
        children: <Look table={table} />,
      }))}
    />
  );
}

function Head({ table }: { table: TableLook }): ReactNode {
  const { t } = useTranslation("sources");
  return (
    <span className="look-head">
      <strong>
        <Text>{table.name}</Text>
      </strong>
      <span>{t(`role.${table.role}`)}</span>
      <span className="soft">
        {table.is_whole ? (
          t("look.rows", { count: table.rows })
        ) : (
          <>
            {t("look.first")} <Num value={table.rows} />
          </>
        )}
      </span>
    </span>
  );
}

function Look({ table }: { table: TableLook }): ReactNode {
  const { t } = useTranslation("sources");
  return (
    <>
      <p className="soft">
        <Text>{table.reason}</Text>
        {table.notes.map((note) => (
          <span key={note}>
            {" · "}
            <Text>{note}</Text>
          </span>
        ))}
      </p>
      {table.bad_rows > 0 && <p className="error-line">{t("look.bad", { count: table.bad_rows })}</p>}
      <div className="scroll" role="region" aria-label={table.name} tabIndex={0}>
        <table className="table look-table" aria-label={table.name}>
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th scope="col" key={column.name}>
                  <Text>{column.name}</Text>
                  <span className="look-meaning">
                    {t(`meaning.${column.meaning}`)} <Confidence column={column} />
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {keyed(table.first_rows.slice(0, ROWS)).map(({ key, item }) => (
              <tr key={key}>
                {item.map((value, position) => (
                  <td key={table.columns[position]?.name}>{value === null ? "–" : <Text>{value}</Text>}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

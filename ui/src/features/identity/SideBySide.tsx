/** Records beside each other; where they differ is marked by a sign, by words and by colour. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ItemCustomer, Said } from "@/api/review";
import { Shown } from "@/components/Hidden";
import { Num } from "@/components/Num";
import { Text } from "@/components/Text";
import { useIsPhone } from "@/components/useIsPhone";
import { AttributeValue, FieldName, RecordName } from "@/features/customer/panels";
import { type Compared, type ComparedRow, counterpart, rowsOf, valuesOf } from "./compared";
import { partsOf } from "./differing";

interface Props {
  records: readonly Compared[];
}

export function SideBySide({ records }: Props): ReactNode {
  const isPhone = useIsPhone();
  const rows = rowsOf(records);
  return isPhone ? <Stacked records={records} rows={rows} /> : <Table records={records} rows={rows} />;
}

type Shape = Props & { rows: readonly ComparedRow[] };

function Table({ records, rows }: Shape): ReactNode {
  const { t } = useTranslation("identity");
  return (
    <div className="scroll" role="region" aria-label={t("records")} tabIndex={0}>
      <table className="table id-compared">
        <thead>
          <tr>
            <th scope="col">{t("records.field")}</th>
            {records.map((record, index) => (
              <th scope="col" key={index}>
                <Heading record={record} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.attribute} data-state={row.state}>
              <th scope="row">
                <RowName row={row} />
              </th>
              {row.cells.map((_, index) => (
                <td key={index}>
                  <Values row={row} record={index} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** On a phone: attribute below attribute, the values of two records beside each other, of more one below the other. */
function Stacked({ records, rows }: Shape): ReactNode {
  const { t } = useTranslation("identity");
  const isPair = records.length === 2;
  return (
    <div className="id-stacked" role="group" aria-label={t("records")}>
      <ol className="id-heads" data-pair={isPair}>
        {records.map((record, index) => (
          <li key={index}>
            <Heading record={record} />
          </li>
        ))}
      </ol>
      <dl>
        {rows.map((row) => (
          <div key={row.attribute} data-state={row.state}>
            <dt>
              <RowName row={row} />
            </dt>
            <dd data-pair={isPair}>
              {row.cells.map((cell, index) =>
                isPair || cell ? (
                  <div key={index} className="id-cell">
                    {!isPair && <Badge number={records[index]?.number ?? index + 1} />}
                    <Values row={row} record={index} />
                  </div>
                ) : null,
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

export function Badge({ number }: { number: number }): ReactNode {
  return (
    <span className="id-badge">
      <Num value={number} />
    </span>
  );
}

function Heading({ record: { number, ref, owner } }: { record: Compared }): ReactNode {
  const { t } = useTranslation("identity");
  return (
    <span className="id-head">
      <Badge number={number} />
      <span>
        <RecordName record={ref} />
        <span className="id-owner">
          {owner ? (
            <Link to={`/customers/${owner.customer_id}/identity`}>
              <CustomerName customer={owner} />
            </Link>
          ) : (
            <span className="soft">{t("records.gone")}</span>
          )}
        </span>
      </span>
    </span>
  );
}

export function CustomerName({ customer }: { customer: ItemCustomer }): ReactNode {
  const { customer_id: id, display_name: name, name_hidden_by: hiddenBy } = customer;
  if (name === null && !hiddenBy) return <code>{id}</code>;
  return <Shown value={name && <Text>{name}</Text>} hiddenBy={hiddenBy} />;
}

const SIGNS = { differs: "≠", same: "=", alone: "" } as const;

function RowName({ row }: { row: ComparedRow }): ReactNode {
  const { t } = useTranslation("identity");
  return (
    <span className="id-row-name">
      <span className="id-sign" aria-hidden="true">
        {SIGNS[row.state]}
      </span>
      <span>
        <FieldName name={row.attribute} />
        <span className="visually-hidden">: {t(`records.${row.state}`)}</span>
      </span>
    </span>
  );
}

function Values({ row, record }: { row: ComparedRow; record: number }): ReactNode {
  const { t } = useTranslation("identity");
  const cell = row.cells[record];
  if (!cell) {
    return (
      <span className="soft">
        <span aria-hidden="true">–</span>
        <span className="visually-hidden">{t("records.silent")}</span>
      </span>
    );
  }
  const values = valuesOf(cell);
  if (values.length === 0) return <Shown value={null} hiddenBy={cell.hidden_by} />;
  const other = row.state === "differs" && values.length === 1 ? counterpart(row, record) : null;
  return values.map((value) => (
    <div key={value} className="id-value">
      <Value said={cell} value={value} other={other} />
    </div>
  ));
}

/** Codes and days are shown as what they are; in texts the part that differs is marked. */
function Value({ said, value, other }: { said: Said; value: string; other: string | null }): ReactNode {
  const { attribute, hidden_by: hiddenBy } = said;
  if (hiddenBy) return <Shown value={value} hiddenBy={hiddenBy} />;
  const isAddress = attribute === "email" || attribute === "phone";
  const isCoded = ["birth_date", "country", "language"].includes(attribute);
  const parts = other === null || isCoded ? null : partsOf(value, other);
  if (!parts && !isAddress) return <AttributeValue name={attribute} value={value} />;
  return (
    <bdi dir={isAddress ? "ltr" : "auto"}>
      {parts ? (
        <>
          {parts.before}
          {parts.middle && <mark>{parts.middle}</mark>}
          {parts.after}
        </>
      ) : (
        value
      )}
    </bdi>
  );
}

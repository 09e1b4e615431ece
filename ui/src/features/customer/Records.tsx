/** The source records side by side: who says what, where they differ, who won; on a phone one record at a time. */
import { CheckOutlined } from "@ant-design/icons";
import { Segmented, Select, Switch, Tag } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import {
  type Attribute,
  type Card,
  type CardRecord,
  type Cell,
  type Row,
  type SideBySide,
  useRecords,
} from "@/api/customer";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Hidden } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Text } from "@/components/Text";
import { useIsPhone } from "@/components/useIsPhone";
import { fieldLabel, ruleLabel } from "./labels";
import { MayPickContext, PickButton, PickedBy } from "./PickDialog";
import { PickHistory } from "./PickHistory";
import { AttributeValue } from "./Value";

export function Records({ card }: { card: Card }): ReactNode {
  const { t } = useTranslation("customer");
  const isPhone = useIsPhone();
  const id = card.customer_id;
  const { data, isPending, error, refetch } = useRecords(id);
  const [isDifferent, setIsDifferent] = useState(false);
  if (isPending) return <Loading lines={10} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data.records.length === 0) return <EmptyState title={t("records.none")} />;
  const rows = data.attributes.filter((row) => !isDifferent || row.is_conflict);
  return (
    <MayPickContext value={data.may_pick}>
      <Conflicts found={data} card={card} />
      <label className="cu-switch">
        <Switch size="small" checked={isDifferent} onChange={setIsDifferent} />
        {t("records.differing")}
      </label>
      {isPhone ? <OneByOne records={data.records} rows={rows} /> : <Table records={data.records} rows={rows} />}
      <PickHistory id={id} />
    </MayPickContext>
  );
}

/** Both values, who says so, how old, and which won by which rule. */
function Conflicts({ found, card }: { found: SideBySide; card: Card }): ReactNode {
  const { t } = useTranslation("customer");
  const attributes = new Map(card.attributes.map((attribute) => [attribute.name, attribute]));
  const rows = found.attributes.filter(({ is_conflict }) => is_conflict);
  if (rows.length === 0) return <p className="soft">{t("records.agree")}</p>;
  return (
    <section className="section cu-conflicts" aria-labelledby="cu-conflicts">
      <h3 id="cu-conflicts">{t("records.conflicts", { count: rows.length })}</h3>
      <ul>
        {rows.map((row) => (
          <li key={row.name}>
            <b>{fieldLabel(t, row.name)}</b> <Settle attribute={attributes.get(row.name)} card={card} />
            <PickedBy attribute={row} />
            <ul>
              {row.cells
                .filter(({ is_writer }) => is_writer)
                .map((cell) => (
                  <li key={`${cell.record}${cell.value}`}>
                    <CellValue cell={cell} row={row} />{" "}
                    <span className="soft">
                      <Text>{found.records[cell.record]?.source}</Text>
                      {cell.observed_at && (
                        <>
                          {" "}
                          · <Moment value={cell.observed_at} as="date" />
                        </>
                      )}
                      {!cell.is_chosen && cell.why_lost && !row.pick && (
                        <> · {t("provenance.lost_by", { rule: ruleLabel(t, cell.why_lost) })}</>
                      )}
                    </span>
                  </li>
                ))}
            </ul>
          </li>
        ))}
      </ul>
      <Link to="/contradictions">{t("contradictions.all")}</Link>
    </section>
  );
}

function Settle({ attribute, card }: { attribute: Attribute | undefined; card: Card }): ReactNode {
  if (!attribute) return null;
  return <PickButton customerId={card.customer_id} attribute={attribute} version={card.version} />;
}

function CellValue({ cell, row }: { cell: Cell; row: Row }): ReactNode {
  const { t } = useTranslation("customer");
  if (cell.value === null) return <Hidden policy={row.hidden_by} />;
  return (
    <span className="cu-cell" data-chosen={cell.is_chosen}>
      <AttributeValue name={row.name} value={cell.value} />
      {cell.is_chosen && row.cells.some(({ is_chosen }) => !is_chosen) && (
        <CheckOutlined className="cu-good" aria-label={t("records.chosen")} title={ruleLabel(t, row.rule)} />
      )}
      {cell.raw && (
        <span className="soft cu-raw">
          {t("provenance.raw")}: <Text>{cell.raw}</Text>
        </span>
      )}
    </span>
  );
}

function RecordName({ record }: { record: CardRecord }): ReactNode {
  return (
    <>
      <Text>{record.source}</Text>
      <span className="soft cu-key">
        <Text>{record.record_key ?? record.table}</Text>
      </span>
      {record.changed_at && (
        <span className="soft cu-key">
          <Moment value={record.changed_at.slice(0, 10)} as="date" />
        </span>
      )}
    </>
  );
}

function keyOf(record: CardRecord): string {
  return `${record.source}.${record.table}:${record.record_key}`;
}

function cellsOf(row: Row, record: number): Cell[] {
  return row.cells.filter((cell) => cell.record === record);
}

function Table({ records, rows }: { records: CardRecord[]; rows: Row[] }): ReactNode {
  const { t } = useTranslation("customer");
  return (
    <div className="scroll" role="region" aria-label={t("tab.records")} tabIndex={0}>
      <table className="table cu-records">
        <thead>
          <tr>
            <th scope="col">{t("records.field")}</th>
            {records.map((record) => (
              <th scope="col" key={keyOf(record)}>
                <RecordName record={record} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name} data-conflict={row.is_conflict}>
              <th scope="row">
                {fieldLabel(t, row.name)}
                {row.is_conflict && <Tag color="warning">{t("records.differs")}</Tag>}
              </th>
              {records.map((record, index) => (
                <td
                  key={keyOf(record)}
                  data-lost={cellsOf(row, index).some(({ is_chosen }) => !is_chosen) && row.is_conflict}
                >
                  {cellsOf(row, index).map((cell) => (
                    <div key={cell.value}>
                      <CellValue cell={cell} row={row} />
                    </div>
                  ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function OneByOne({ records, rows }: { records: CardRecord[]; rows: Row[] }): ReactNode {
  const { t } = useTranslation("customer");
  const [chosen, setChosen] = useState(0);
  const choices = records.map((record, index) => ({
    value: index,
    label: `${record.source} ${record.record_key ?? ""}`,
  }));
  const record = records[chosen];
  return (
    <>
      {records.length <= 3 ? (
        <Segmented
          block
          value={chosen}
          onChange={setChosen}
          options={records.map(({ source }, index) => ({ value: index, label: source }))}
          aria-label={t("records.which")}
        />
      ) : (
        <Select
          className="cu-wide"
          value={chosen}
          onChange={setChosen}
          options={choices}
          aria-label={t("records.which")}
        />
      )}
      {record && (
        <p className="cu-record-name">
          <RecordName record={record} />
        </p>
      )}
      <dl className="cu-attributes">
        {rows
          .filter((row) => cellsOf(row, chosen).length > 0)
          .map((row) => (
            <div key={row.name} data-conflict={row.is_conflict}>
              <dt>{fieldLabel(t, row.name)}</dt>
              <dd>
                {cellsOf(row, chosen).map((cell) => (
                  <div key={cell.value}>
                    <CellValue cell={cell} row={row} />
                  </div>
                ))}
              </dd>
            </div>
          ))}
      </dl>
    </>
  );
}

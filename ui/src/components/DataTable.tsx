/**
 * A list with columns: a table on wide pages, cards on a phone. Pages come from the server one after the other; sorting
 * is the server's too. `usePaged` gives everything it needs.
 */
import { CaretDownOutlined, CaretUpOutlined } from "@ant-design/icons";
import { Button, Checkbox } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "./EmptyState";
import { ErrorState } from "./ErrorState";
import { Loading } from "./Loading";
import { useIsPhone } from "./useIsPhone";

export interface Column<Row> {
  key: string;
  title: string;
  render: (row: Row) => ReactNode;
  /** The heading of the card on a phone; one column of a table. */
  isPrimary?: boolean;
  /** Numbers stand at the end of their cell. */
  isNumber?: boolean;
  /** Name of the server's sort key. */
  sortKey?: string;
  isHiddenOnPhone?: boolean;
}

interface Props<Row> {
  /** What the table holds, for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  isLoading?: boolean;
  error?: unknown;
  onRetry?: () => void;
  hasMore?: boolean;
  isLoadingMore?: boolean;
  onMore?: () => void;
  /** "-updated_at": descending. */
  sort?: string | null;
  onSort?: (sort: string) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (selected: ReadonlySet<string>) => void;
  empty?: ReactNode;
  /** Buttons at the end of a row. */
  actions?: (row: Row) => ReactNode;
}

function toggled(set: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(key)) next.add(key);
  return next;
}

function Heading<Row>({
  column,
  sort,
  onSort,
}: { column: Column<Row> } & Pick<Props<Row>, "sort" | "onSort">): ReactNode {
  const { sortKey, title, isNumber } = column;
  const className = isNumber ? "cell-num" : undefined;
  if (!sortKey || !onSort) {
    return (
      <th scope="col" className={className}>
        {title}
      </th>
    );
  }
  const direction = sort === sortKey ? "ascending" : sort === `-${sortKey}` ? "descending" : "none";
  return (
    <th scope="col" className={className} aria-sort={direction}>
      <button
        type="button"
        className="sort"
        onClick={() => onSort(direction === "ascending" ? `-${sortKey}` : sortKey)}
      >
        {title}
        {direction === "ascending" && <CaretUpOutlined />}
        {direction === "descending" && <CaretDownOutlined />}
      </button>
    </th>
  );
}

function Wide<Row>({ label, columns, rows, rowKey, sort, onSort, selected, onSelect, actions }: Props<Row>): ReactNode {
  const { t } = useTranslation("components");
  const keys = rows.map(rowKey);
  const chosen = selected ? keys.filter((key) => selected.has(key)).length : 0;
  return (
    <div className="scroll" role="region" aria-label={label} tabIndex={0}>
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            {onSelect && (
              <th scope="col" className="cell-check">
                <Checkbox
                  aria-label={t("table.select_all")}
                  checked={chosen > 0 && chosen === keys.length}
                  indeterminate={chosen > 0 && chosen < keys.length}
                  onChange={({ target }) => onSelect(new Set(target.checked ? keys : []))}
                />
              </th>
            )}
            {columns.map((column) => (
              <Heading key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
            {actions && (
              <th scope="col">
                <span className="visually-hidden">{t("table.actions")}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = rowKey(row);
            return (
              <tr key={key} data-selected={selected?.has(key)}>
                {onSelect && selected && (
                  <td className="cell-check">
                    <Checkbox
                      aria-label={t("table.select")}
                      checked={selected.has(key)}
                      onChange={() => onSelect(toggled(selected, key))}
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <td key={column.key} className={column.isNumber ? "cell-num" : undefined}>
                    {column.render(row)}
                  </td>
                ))}
                {actions && <td className="cell-actions">{actions(row)}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Narrow<Row>({ label, columns, rows, rowKey, selected, onSelect, actions }: Props<Row>): ReactNode {
  const { t } = useTranslation("components");
  const primary = columns.find((column) => column.isPrimary) ?? columns[0];
  const others = columns.filter((column) => column !== primary && !column.isHiddenOnPhone);
  return (
    <ul className="cards" aria-label={label}>
      {rows.map((row) => {
        const key = rowKey(row);
        return (
          <li key={key} className="card" data-selected={selected?.has(key)}>
            <div className="card-head">
              {onSelect && selected && (
                <Checkbox
                  aria-label={t("table.select")}
                  checked={selected.has(key)}
                  onChange={() => onSelect(toggled(selected, key))}
                />
              )}
              <div className="card-title">{primary?.render(row)}</div>
              {actions?.(row)}
            </div>
            <dl>
              {others.map((column) => (
                <div key={column.key}>
                  <dt>{column.title}</dt>
                  <dd>{column.render(row)}</dd>
                </div>
              ))}
            </dl>
          </li>
        );
      })}
    </ul>
  );
}

export function DataTable<Row>(props: Props<Row>): ReactNode {
  const { t } = useTranslation("components");
  const isPhone = useIsPhone();
  const { rows, isLoading, error, onRetry, hasMore, isLoadingMore, onMore, empty } = props;
  if (isLoading) return <Loading lines={6} />;
  if (error && rows.length === 0) return <ErrorState error={error} onRetry={onRetry} />;
  if (rows.length === 0) return empty ?? <EmptyState title={t("table.empty")} />;
  return (
    <>
      {isPhone ? <Narrow {...props} /> : <Wide {...props} />}
      {hasMore && (
        <div className="more">
          <Button loading={isLoadingMore} onClick={onMore}>
            {t("table.more")}
          </Button>
        </div>
      )}
    </>
  );
}

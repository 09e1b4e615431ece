/**
 * Rows of any number, of which only those in sight exist: a table on wide pages, a list of cards on a phone. Arrows
 * move between rows, Enter opens one, the space bar picks it.
 */
import { CaretDownOutlined, CaretUpOutlined } from "@ant-design/icons";
import { useWindowVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { Checkbox } from "antd";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { Attribute, CustomerRow } from "@/api/customers";
import { useIsPhone } from "@/components/useIsPhone";
import { Cell, CustomerName } from "./Cell";
import { attributeLabel } from "./labels";

interface Props {
  rows: readonly CustomerRow[];
  columns: readonly Attribute[];
  count: number | undefined;
  sort: string;
  onSort: (sort: string) => void;
  selected: ReadonlySet<string> | "all";
  onSelect: (selected: ReadonlySet<string>) => void;
  canSelect: boolean;
  hasMore: boolean;
  onMore: () => void;
  isStale: boolean;
}

const ROW = 45;
const AHEAD = 20;

function useRows({ rows, hasMore, onMore }: Props, estimate: number) {
  const list = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const place = (): void => setMargin((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    place();
    const observer = new ResizeObserver(place);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing of this component is memoised by hand
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => estimate,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (index) => rows[index]?.customer_id ?? index,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - AHEAD) onMore();
  }, [hasMore, last, rows.length, onMore]);
  return { list, virtualizer, items };
}

function Heading({ attribute, sort, onSort }: { attribute: Attribute } & Pick<Props, "sort" | "onSort">): ReactNode {
  const { t } = useTranslation("customers");
  const { name, is_sortable, is_searchable } = attribute;
  const label = attributeLabel(t, name);
  if (!is_sortable || !is_searchable) return <div role="columnheader">{label}</div>;
  const first = sort.split(",")[0];
  const direction = first === name ? "ascending" : first === `-${name}` ? "descending" : "none";
  return (
    <div role="columnheader" aria-sort={direction}>
      <button
        type="button"
        className="sort"
        onClick={() => onSort(direction === "none" ? name : direction === "ascending" ? `-${name}` : "")}
      >
        {label}
        {direction === "ascending" && <CaretUpOutlined />}
        {direction === "descending" && <CaretDownOutlined />}
      </button>
    </div>
  );
}

export function CustomerTable(props: Props): ReactNode {
  const { rows, columns, count, sort, onSort, selected, onSelect, canSelect, hasMore, isStale } = props;
  const { t } = useTranslation("customers");
  const isPhone = useIsPhone();
  const navigate = useNavigate();
  const { list, virtualizer, items } = useRows(props, isPhone ? 104 : ROW);
  const [active, setActive] = useState(0);
  const isPicked = (id: string): boolean => selected === "all" || selected.has(id);
  const others = columns.filter(({ name }) => name !== "display_name");

  const pick = (id: string): void => {
    const next = new Set(selected === "all" ? rows.map(({ customer_id }) => customer_id) : selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  const move = (to: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    setActive(next);
    virtualizer.scrollToIndex(next, { align: "auto" });
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[active];
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 };
    const step = steps[event.key];
    const isOnRow = (event.target as HTMLElement).dataset.index !== undefined;
    if (step !== undefined) move(active + step);
    else if (event.key === "Home" && isOnRow) move(0);
    else if (event.key === "Enter" && isOnRow && row) void navigate(`/customers/${row.customer_id}`);
    else if (event.key === " " && isOnRow && row && canSelect) pick(row.customer_id);
    else return;
    event.preventDefault();
  };
  const place = (item: VirtualItem, row: CustomerRow) => ({
    "data-index": item.index,
    ref: virtualizer.measureElement,
    "data-selected": isPicked(row.customer_id),
    style: { transform: `translateY(${item.start - virtualizer.options.scrollMargin}px)` },
  });
  const check = (row: CustomerRow): ReactNode =>
    canSelect && (
      <Checkbox
        aria-label={t("pick", { name: String(row.values.display_name ?? row.customer_id) })}
        checked={isPicked(row.customer_id)}
        onChange={() => pick(row.customer_id)}
      />
    );

  if (isPhone) {
    return (
      <div
        ref={list}
        role="list"
        aria-label={t("title")}
        aria-busy={isStale}
        className="cl-body cl-phone"
        style={{ blockSize: virtualizer.getTotalSize() }}
      >
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const shown = others.filter(({ name }) => row.hidden[name] || (row.values[name] ?? "") !== "").slice(0, 4);
          return (
            <div
              key={item.key}
              role="listitem"
              aria-setsize={count ?? -1}
              aria-posinset={item.index + 1}
              className="cl-card"
              {...place(item, row)}
            >
              {check(row)}
              <Link to={`/customers/${row.customer_id}`} className="cl-card-link">
                <span className="cl-card-name">
                  <CustomerName row={row} />
                </span>
                <span className="cl-card-facts">
                  {shown.map((attribute) => (
                    <span key={attribute.name}>
                      <span className="visually-hidden">{attributeLabel(t, attribute.name)}: </span>
                      <Cell row={row} attribute={attribute} />
                    </span>
                  ))}
                </span>
              </Link>
            </div>
          );
        })}
      </div>
    );
  }

  const widths = `${canSelect ? "2.6rem " : ""}minmax(12rem, 1.6fr) ${others.map(() => "minmax(8.5rem, 1fr)").join(" ")}`;
  const name = columns.find((attribute) => attribute.name === "display_name");
  return (
    <div
      className="cl-scroll"
      role="grid"
      tabIndex={-1}
      aria-label={t("title")}
      aria-busy={isStale}
      aria-rowcount={count === undefined ? -1 : count + 1}
      onKeyDown={onKeyDown}
      style={
        {
          "--cl-columns": widths,
          "--cl-least": `${(canSelect ? 3.6 : 0) + 14 + others.length * 9.5}rem`,
        } as React.CSSProperties
      }
    >
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className="cl-row cl-head">
          {canSelect && (
            <div role="columnheader">
              <Checkbox
                aria-label={t("pick_shown")}
                checked={rows.length > 0 && rows.every(({ customer_id }) => isPicked(customer_id))}
                indeterminate={selected !== "all" && selected.size > 0}
                onChange={({ target }) =>
                  onSelect(new Set(target.checked ? rows.map(({ customer_id }) => customer_id) : []))
                }
              />
            </div>
          )}
          {name ? (
            <Heading attribute={name} sort={sort} onSort={onSort} />
          ) : (
            <div role="columnheader">{t("attribute.display_name")}</div>
          )}
          {others.map((attribute) => (
            <Heading key={attribute.name} attribute={attribute} sort={sort} onSort={onSort} />
          ))}
        </div>
      </div>
      <div ref={list} role="rowgroup" className="cl-body" style={{ blockSize: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 2}
              className="cl-row"
              tabIndex={item.index === active ? 0 : -1}
              onFocus={() => setActive(item.index)}
              {...place(item, row)}
            >
              {canSelect && <div role="gridcell">{check(row)}</div>}
              <div role="gridcell">
                <Link to={`/customers/${row.customer_id}`} tabIndex={-1}>
                  <CustomerName row={row} />
                </Link>
              </div>
              {others.map((attribute) => (
                <div
                  role="gridcell"
                  key={attribute.name}
                  className={attribute.type === "number" ? "cell-num" : undefined}
                >
                  <Cell row={row} attribute={attribute} />
                </div>
              ))}
            </div>
          );
        })}
      </div>
      {hasMore && <p className="visually-hidden">{t("more_follow")}</p>}
    </div>
  );
}

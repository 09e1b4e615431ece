/** Everything that happened, newest first: filters in the address, pages as one scrolls, a divider since the last visit. */
import { Button, Input, Select, Switch } from "antd";
import { Fragment, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Card, type TimelineEntry, useTimeline } from "@/api/customer";
import { DateField } from "@/components/DateField";
import { EmptyState } from "@/components/EmptyState";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Toolbar } from "@/components/Toolbar";
import { useQueryState } from "@/components/useQueryState";
import { DEPARTMENTS, departmentIcon } from "./departments";
import { typeLabel } from "./labels";
import { Entry } from "./TimelineEntry";

const many = (text: string | null): string[] => (text ? text.split(",") : []);

export function Timeline({ card, lastVisit }: { card: Card; lastVisit: string | null | undefined }): ReactNode {
  const { t } = useTranslation("customer");
  const [params] = useQueryState();
  const wanted = {
    department: many(params.get("department")),
    type: many(params.get("type")),
    source: many(params.get("source")),
    q: params.get("q") ?? "",
    from: params.get("from") ? `${params.get("from")}T00:00:00Z` : "",
    to: params.get("to") ? `${params.get("to")}T23:59:59Z` : "",
    collapse: params.get("all") !== "1",
  };
  const timeline = useTimeline(card.customer_id, wanted);
  const isFiltered = [...params.keys()].some((name) => name !== "all");
  return (
    <div className="cu-timeline">
      <Filters card={card} />
      {timeline.isLoading && <Loading lines={8} />}
      {timeline.error && timeline.rows.length === 0 ? (
        <ErrorState error={timeline.error} onRetry={timeline.onRetry} />
      ) : null}
      {!timeline.isLoading && !timeline.error && timeline.rows.length === 0 && !timeline.hasMore && (
        <EmptyState title={t(isFiltered ? "timeline.no_match" : "timeline.none")}>
          {isFiltered && t("timeline.no_match_why")}
        </EmptyState>
      )}
      <Entries rows={timeline.rows} lastVisit={isFiltered ? null : lastVisit} customerId={card.customer_id} />
      {timeline.rows.length > 0 && <ErrorLine error={timeline.error} />}
      <More hasMore={timeline.hasMore} isLoading={timeline.isLoadingMore} onMore={timeline.onMore} />
    </div>
  );
}

function Filters({ card }: { card: Card }): ReactNode {
  const { t } = useTranslation("customer");
  const [params, set] = useQueryState();
  const [words, setWords] = useState(params.get("q") ?? "");
  useEffect(() => {
    const timer = setTimeout(() => words !== (params.get("q") ?? "") && set("q", words.trim()), 300);
    return () => clearTimeout(timer);
  });
  const types = Object.keys((card.traits.events as Record<string, number> | undefined) ?? {});
  const sources = [...new Set(card.records.map(({ source }) => source))].toSorted();
  return (
    <Toolbar
      label={t("timeline.filters")}
      end={
        <label className="cu-switch">
          <Switch size="small" checked={params.get("all") !== "1"} onChange={(isOn) => set("all", isOn ? "" : "1")} />
          {t("timeline.collapse")}
        </label>
      }
    >
      <Input
        className="cu-search"
        type="search"
        allowClear
        value={words}
        placeholder={t("timeline.search")}
        aria-label={t("timeline.search")}
        onChange={({ target }) => setWords(target.value)}
      />
      <Select
        mode="multiple"
        className="cu-filter"
        maxTagCount="responsive"
        placeholder={t("timeline.department")}
        aria-label={t("timeline.department")}
        value={many(params.get("department"))}
        onChange={(chosen: string[]) => set("department", chosen.join(","))}
        options={DEPARTMENTS.map((name) => ({
          value: name,
          label: (
            <>
              {departmentIcon(name)} {t(`department.${name}`)}
            </>
          ),
        }))}
      />
      <Select
        mode="multiple"
        className="cu-filter"
        maxTagCount="responsive"
        placeholder={t("timeline.type")}
        aria-label={t("timeline.type")}
        value={many(params.get("type"))}
        onChange={(chosen: string[]) => set("type", chosen.join(","))}
        options={types.map((name) => ({ value: name, label: typeLabel(t, "event", name) }))}
      />
      <Select
        mode="multiple"
        className="cu-filter"
        maxTagCount="responsive"
        placeholder={t("timeline.source")}
        aria-label={t("timeline.source")}
        value={many(params.get("source"))}
        onChange={(chosen: string[]) => set("source", chosen.join(","))}
        options={sources.map((name) => ({ value: name, label: name }))}
      />
      <span className="cu-dates">
        <DateField label={t("timeline.from")} value={params.get("from")} onChange={(day) => set("from", day ?? "")} />
        <DateField label={t("timeline.to")} value={params.get("to")} onChange={(day) => set("to", day ?? "")} />
      </span>
    </Toolbar>
  );
}

function dayOf(entry: TimelineEntry): string {
  return entry.occurred_at?.slice(0, 7) ?? "";
}

function Entries({
  rows,
  lastVisit,
  customerId,
}: {
  rows: TimelineEntry[];
  lastVisit: string | null | undefined;
  customerId: string;
}): ReactNode {
  const { t } = useTranslation("customer");
  // Whole moments differ in precision as text, so they are compared as times.
  const visited = lastVisit ? Date.parse(lastVisit) : null;
  const isOld = (entry: TimelineEntry): boolean =>
    visited !== null && (!entry.occurred_at || Date.parse(entry.occurred_at) <= visited);
  const divider = visited === null ? -1 : rows.findIndex(isOld);
  return (
    <ol className="cu-entries">
      {rows.map((entry, index) => (
        <Fragment key={entry.entry_id}>
          {index === divider && (
            <li className="cu-divider">
              <span>
                {t(index === 0 ? "timeline.nothing_new" : "timeline.since")}{" "}
                {lastVisit && <Moment value={lastVisit} as="relative" />}
              </span>
            </li>
          )}
          {(index === 0 || dayOf(rows[index - 1] as TimelineEntry) !== dayOf(entry)) && (
            <li className="cu-month">
              <h3>{entry.occurred_at ? <Moment value={entry.occurred_at} as="month" /> : t("timeline.undated")}</h3>
            </li>
          )}
          <Entry entry={entry} customerId={customerId} />
        </Fragment>
      ))}
    </ol>
  );
}

/** Reads on when its end comes into view; the button does the same for who does not scroll. */
function More({ hasMore, isLoading, onMore }: { hasMore: boolean; isLoading: boolean; onMore: () => void }): ReactNode {
  const { t } = useTranslation("components");
  const end = useRef<HTMLDivElement>(null);
  const next = useRef(onMore);
  useEffect(() => {
    next.current = onMore;
  });
  useEffect(() => {
    if (!hasMore || isLoading || !end.current) return undefined;
    const observer = new IntersectionObserver(([seen]) => seen?.isIntersecting && next.current(), {
      rootMargin: "400px",
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [hasMore, isLoading]);
  if (!hasMore) return null;
  return (
    <div className="more" ref={end}>
      <Button loading={isLoading} onClick={onMore}>
        {t("table.more")}
      </Button>
    </div>
  );
}

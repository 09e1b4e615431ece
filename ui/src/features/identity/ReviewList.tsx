/** The queue: what is asked, in which order and why, narrowed by the address; one by one or pattern by pattern. */
import { Button, Segmented, Select, Tag } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import {
  type QueueQuery,
  type ReviewItem,
  type Summary,
  useQueue,
  useReviewChanges,
  useReviewSummary,
} from "@/api/review";
import { formatNumber } from "@/app/language";
import { useSession } from "@/app/session";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Num } from "@/components/Num";
import { Text } from "@/components/Text";
import { Toolbar } from "@/components/Toolbar";
import { Patterns } from "./Patterns";
import { addressOf, KINDS, ORDERS, orderKey, queryOf, STATES } from "./queue";
import { PatternWords, questionOf, Whom } from "./words";

export default function ReviewList(): ReactNode {
  const { t } = useTranslation("identity");
  const [search, setSearch] = useSearchParams();
  const query = queryOf(search);
  const isByPattern = search.get("by") === "pattern";
  const { data: summary } = useReviewSummary();
  useReviewChanges();
  const set = (name: string, value: string): void =>
    setSearch(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  return (
    <>
      {summary && <Progress summary={summary} />}
      <Toolbar label={t("filters")}>
        <Segmented
          aria-label={t("by")}
          value={isByPattern ? "pattern" : "one"}
          onChange={(by) => set("by", by === "pattern" ? "pattern" : "")}
          options={[
            { value: "one", label: t("by.one") },
            { value: "pattern", label: t("by.pattern") },
          ]}
        />
        {!isByPattern && <Filters query={query} summary={summary} onChange={set} />}
      </Toolbar>
      {isByPattern ? <Patterns /> : <Queue query={query} />}
    </>
  );
}

/** What is left, whom it waits for, and what today's answers brought. */
function Progress({ summary }: { summary: Summary }): ReactNode {
  const { t } = useTranslation("identity");
  const { today } = summary;
  return (
    <p className="id-progress">
      <span>{t("left", { count: summary.open })}</span>
      {summary.for_me > 0 && (
        <Link to="/identity/review?state=waiting">{t("left.for_me", { count: summary.for_me })}</Link>
      )}
      {summary.mine_waiting > 0 && <span>{t("left.mine", { count: summary.mine_waiting })}</span>}
      <span>{t("today", { count: today.answers })}</span>
      {today.merged > 0 && <span>{t("effect.merged", { count: today.merged })}</span>}
      {today.split > 0 && <span>{t("effect.split", { count: today.split })}</span>}
      {today.vanished > 0 && <span>{t("taught.vanished", { count: today.vanished })}</span>}
      {summary.two_people && <span className="soft">{t("two_people")}</span>}
    </p>
  );
}

const sum = (counts: Record<string, number> | undefined): number | undefined =>
  counts && Object.values(counts).reduce((total, count) => total + count, 0);

interface FilterProps {
  query: QueueQuery;
  summary: Summary | undefined;
  onChange: (name: string, value: string) => void;
}

function Filters({ query, summary, onChange }: FilterProps): ReactNode {
  const { t } = useTranslation("identity");
  const counted = (label: string, count: number | undefined): string =>
    count === undefined ? label : `${label} (${formatNumber(count)})`;
  return (
    <>
      <Select
        className="id-choice"
        aria-label={t("state")}
        value={query.state}
        onChange={(state) => onChange("state", state === "open" ? "" : state)}
        options={STATES.map((state) => ({
          value: state,
          label: counted(t(`state.${state}`), sum(summary?.counts[state])),
        }))}
      />
      <Select
        className="id-choice"
        aria-label={t("kind")}
        value={query.kind}
        onChange={(kind) => onChange("kind", kind)}
        options={["", ...KINDS].map((kind) => ({
          value: kind,
          label: kind
            ? counted(t(`kind.${kind}`), summary?.counts[query.state]?.[kind] ?? (summary && 0))
            : t("kind.all"),
        }))}
      />
      <Select
        className="id-choice"
        aria-label={t("order")}
        value={query.sort}
        onChange={(sort) => onChange("sort", sort === ORDERS[0] ? "" : sort)}
        options={ORDERS.map((sort) => ({ value: sort, label: t(orderKey(sort)) }))}
      />
      {query.pattern && (
        <Tag closable onClose={() => onChange("pattern", "")}>
          {t("pattern.chosen")}
        </Tag>
      )}
      {query.customer && (
        <Tag closable onClose={() => onChange("customer", "")}>
          <Text>{query.customer}</Text>
        </Tag>
      )}
    </>
  );
}

function Queue({ query }: { query: QueueQuery }): ReactNode {
  const { t } = useTranslation("identity");
  const { may } = useSession();
  const found = useQueue(query);
  if (found.isLoading) return <Loading lines={8} />;
  if (found.error && found.rows.length === 0) return <ErrorState error={found.error} onRetry={found.onRetry} />;
  const first = found.rows[0];
  if (!first) return <Nothing query={query} />;
  return (
    <>
      <div className="id-order">
        <p className="soft">{t(`${orderKey(query.sort)}.why`)}</p>
        {may("update", "identity") && query.state === "open" && (
          <Link to={addressOf(query, first.item_id)}>
            <Button type="primary" tabIndex={-1}>
              {t("begin")}
            </Button>
          </Link>
        )}
      </div>
      <ul className="id-list" aria-label={t("review")}>
        {found.rows.map((item) => (
          <Row key={item.item_id} item={item} query={query} />
        ))}
      </ul>
      {found.hasMore && (
        <div className="more">
          <Button onClick={found.onMore} loading={found.isLoadingMore}>
            {t("more")}
          </Button>
        </div>
      )}
    </>
  );
}

function Nothing({ query }: { query: QueueQuery }): ReactNode {
  const { t } = useTranslation("identity");
  const isNarrowed = query.state !== "open" || query.kind !== "" || query.pattern !== "" || query.customer !== "";
  return isNarrowed ? (
    <EmptyState title={t("none.match")} action={<Link to="/identity/review">{t("none.all")}</Link>} />
  ) : (
    <EmptyState title={t("none")} action={<Link to="/identity/quality">{t("none.label")}</Link>}>
      {t("none.why")}
    </EmptyState>
  );
}

function Row({ item, query }: { item: ReviewItem; query: QueueQuery }): ReactNode {
  const { t } = useTranslation("identity");
  return (
    <li>
      <div className="id-row-head">
        <Link to={addressOf(query, item.item_id)}>
          <Whom item={item} />
        </Link>
        {item.state === "waiting" && <Tag color="warning">{t(item.is_disputed ? "tag.disputed" : "tag.waiting")}</Tag>}
        {item.state === "answered" && item.answer && <Tag color="success">{t(`answer.${item.answer}`)}</Tag>}
      </div>
      <div className="soft">
        {questionOf(t, item.kind)} <PatternWords parts={item.pattern.parts} />
      </div>
      <div className="id-facts soft">
        <span>
          {t("probability")} <Num value={item.probability} style="percent" maximumFractionDigits={0} />
        </span>
        <span>{t("touches", { count: item.touches })}</span>
        <span>
          {t("teaches")} <Num value={item.teaches} maximumFractionDigits={1} />
        </span>
      </div>
    </li>
  );
}

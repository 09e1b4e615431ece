/** All customers: search, filters, saved views, columns, many at once. */
import { CloseCircleFilled, SearchOutlined } from "@ant-design/icons";
import { Button, Input, type InputRef } from "antd";
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAttributes, useCustomerCount, useCustomers } from "@/api/customers";
import { isApiError } from "@/api/client";
import { formatNumber } from "@/app/language";
import { useSession } from "@/app/session";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";
import { EMPTY, useListState } from "./address";
import { CustomerTable } from "./CustomerTable";
import { byName } from "./labels";
import { useDebounced } from "./useDebounced";
import "./customers.css";

// The list is there at once; what one does with it follows a moment later.
const Columns = lazy(async () => ({ default: (await import("./Columns")).Columns }));
const Filters = lazy(async () => ({ default: (await import("./Filters")).Filters }));
const Many = lazy(async () => ({ default: (await import("./Many")).Many }));
const ViewMenu = lazy(async () => ({ default: (await import("./ViewMenu")).ViewMenu }));

const WAIT = 150;

function SearchBox({ q, onChange }: { q: string; onChange: (q: string) => void }): ReactNode {
  const { t } = useTranslation("customers");
  const [typed, setTyped] = useState(q);
  const said = useRef(q);
  const box = useRef<InputRef>(null);
  const still = useDebounced(typed, WAIT);
  useEffect(() => {
    if (q !== said.current) {
      said.current = q;
      setTyped(q);
    }
  }, [q]);
  useEffect(() => {
    if (still !== said.current) {
      said.current = still;
      onChange(still);
    }
  }, [still, onChange]);
  return (
    <Input
      ref={box}
      type="search"
      size="large"
      className="cl-search"
      aria-label={t("search")}
      placeholder={t("search.placeholder")}
      prefix={<SearchOutlined aria-hidden="true" />}
      suffix={
        typed ? (
          <button type="button" className="cl-clear" aria-label={t("search.clear")} onClick={() => setTyped("")}>
            <CloseCircleFilled />
          </button>
        ) : (
          <span />
        )
      }
      dir="auto"
      maxLength={200}
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
    />
  );
}

function Counted({ count, isEstimate }: { count: number | undefined; isEstimate: boolean }): ReactNode {
  const { t } = useTranslation("customers");
  if (count === undefined) return <span aria-hidden="true">…</span>;
  return <span role="status">{t(isEstimate ? "count_about" : "count", { count, number: formatNumber(count) })}</span>;
}

export default function CustomersPage(): ReactNode {
  const { t } = useTranslation("customers");
  const { may } = useSession();
  const [state, change] = useListState();
  const attributes = useAttributes();
  const known = useMemo(() => byName(attributes.data?.items ?? []), [attributes.data]);
  const names = state.columns.length > 0 ? state.columns : (attributes.data?.default_fields ?? []);
  const columns = names.flatMap((name) => known.get(name) ?? []);
  const fields = useMemo(
    () => [...new Set(["display_name", ...columns.map(({ name }) => name)])],
    // eslint-disable-next-line react-hooks/exhaustive-deps -- columns follow from these two
    [state.columns, attributes.data],
  );
  const isReady = attributes.data !== undefined;
  const rows = useCustomers({ q: state.q, filter: state.filter, sort: state.sort, fields }, isReady);
  const count = useCustomerCount({ q: state.q, filter: state.filter }, isReady);
  const [selected, setSelected] = useState<ReadonlySet<string> | "all">(new Set());
  const shown = useMemo(() => rows.data?.pages.flatMap(({ items }) => items) ?? [], [rows.data]);
  useEffect(() => setSelected(new Set()), [state.q, state.filter]);
  useEffect(() => {
    window.scrollTo(0, 0); // gives a promise in newer browsers, which is no clean-up
  }, [state.q, state.filter, state.sort]);
  const type = useMemo(() => (q: string) => change({ q }, true), [change]);
  const canMany = may("assign", "tag") || may("export", "customer");
  const isNarrowed = state.q !== "" || state.filter !== "";

  let body: ReactNode;
  const error = attributes.error ?? rows.error;
  if (error && (!isApiError(error, 0) || shown.length === 0)) {
    body = <ErrorState error={error} onRetry={() => void (attributes.error ? attributes : rows).refetch()} />;
  } else if (!isReady || rows.isPending) body = <Loading lines={8} />;
  else if (shown.length === 0 && isNarrowed) {
    body = (
      <EmptyState
        title={t("none_found")}
        action={<Button onClick={() => change({ q: "", filter: "" })}>{t("show_all")}</Button>}
      >
        {t("none_found.why")}
      </EmptyState>
    );
  } else if (shown.length === 0) body = <EmptyState title={t("empty")}>{t("empty.why")}</EmptyState>;
  else {
    body = (
      <CustomerTable
        rows={shown}
        columns={columns}
        count={count.data?.count}
        sort={state.sort}
        onSort={(sort) => change({ sort })}
        selected={selected}
        onSelect={setSelected}
        canSelect={canMany}
        hasMore={rows.hasNextPage && !rows.isFetchingNextPage}
        onMore={() => void rows.fetchNextPage({ cancelRefetch: false })}
        isStale={rows.isPlaceholderData}
      />
    );
  }
  return (
    <Page
      title={t("title")}
      lead={<Counted count={count.data?.count} isEstimate={count.data?.isEstimate ?? false} />}
      actions={
        <Suspense fallback={null}>
          <ViewMenu state={state} onOpen={(next) => change({ ...EMPTY, ...next })} />
          <Columns
            attributes={attributes.data?.items ?? []}
            chosen={names}
            isUsual={state.columns.length === 0}
            onChange={(next) => change({ columns: next })}
          />
        </Suspense>
      }
    >
      <div className="cl-tools">
        <SearchBox q={state.q} onChange={type} />
        <Suspense fallback={<div className="cl-later" />}>
          <Filters
            rule={state.filter}
            onChange={(filter) => change({ filter })}
            attributes={attributes.data?.items ?? []}
          />
        </Suspense>
      </div>
      {canMany && (
        <Suspense fallback={<div className="cl-later" />}>
          <Many
            selected={selected}
            onSelect={setSelected}
            wanted={{ q: state.q, filter: state.filter }}
            count={count.data?.count}
            fields={fields}
          />
        </Suspense>
      )}
      {isNarrowed && state.q && shown.length > 0 && (
        <p className="visually-hidden" role="status">
          {t("found_for")} <Text>{state.q}</Text>
        </p>
      )}
      {body}
    </Page>
  );
}

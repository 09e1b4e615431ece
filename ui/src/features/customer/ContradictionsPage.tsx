/** In what systems contradict each other, customer by customer, and which value counts. */
import { Button, Segmented, Select, Tag } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Contradiction, useContradictionCounts, useContradictions } from "@/api/picks";
import { formatNumber } from "@/app/language";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Hidden, Shown } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";
import { Toolbar } from "@/components/Toolbar";
import { useIsPhone } from "@/components/useIsPhone";
import { useQueryState } from "@/components/useQueryState";
import { fieldLabel, isolated, ruleLabel } from "./labels";
import { MayPickContext, PickButton, PickedBy } from "./PickDialog";
import { AttributeValue } from "./Value";

const STATES = ["", "lapsed", "challenged", "settled"] as const;

export function ContradictionsPage(): ReactNode {
  const { t } = useTranslation("customer");
  const [search, set] = useQueryState();
  const query = Object.fromEntries(["state", "attribute", "system"].map((name) => [name, search.get(name) ?? ""]));
  const { data: counts } = useContradictionCounts(query);
  return (
    <Page title={t("contradictions")} lead={t("contradictions.lead")}>
      <Toolbar label={t("contradictions.filter")}>
        <StateChoice
          value={query.state ?? ""}
          counts={counts?.states ?? {}}
          onChange={(value) => set("state", value)}
        />
        <Choice
          label={t("contradictions.attribute")}
          value={query.attribute ?? ""}
          counts={counts?.attributes ?? {}}
          name={(value) => fieldLabel(t, value)}
          onChange={(value) => set("attribute", value)}
        />
        <Choice
          label={t("contradictions.system")}
          value={query.system ?? ""}
          counts={counts?.systems ?? {}}
          name={(value) => value}
          onChange={(value) => set("system", value)}
        />
      </Toolbar>
      <Found query={query} />
    </Page>
  );
}

function StateChoice({
  value,
  counts,
  onChange,
}: {
  value: string;
  counts: Record<string, number>;
  onChange: (value: string) => void;
}): ReactNode {
  const { t } = useTranslation("customer");
  const isPhone = useIsPhone();
  const undecided = (counts.open ?? 0) + (counts.lapsed ?? 0) + (counts.challenged ?? 0);
  const options = STATES.map((state) => ({
    value: state,
    label: `${t(`state.${state || "undecided"}`)} ${formatNumber(state ? (counts[state] ?? 0) : undecided)}`,
  }));
  const shared = { "aria-label": t("contradictions.state"), value };
  return isPhone ? (
    <Select {...shared} className="cu-choice" onChange={onChange} options={options} />
  ) : (
    <Segmented {...shared} onChange={(state) => onChange(String(state))} options={options} />
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  counts: Record<string, number>;
  name: (value: string) => string;
  onChange: (value: string) => void;
}

function Choice({ label, value, counts, name, onChange }: ChoiceProps): ReactNode {
  const known = value && !(value in counts) ? { [value]: 0, ...counts } : counts;
  return (
    <Select
      className="cu-choice"
      aria-label={label}
      allowClear
      placeholder={label}
      value={value || undefined}
      onChange={(next: string | undefined) => onChange(next ?? "")}
      options={Object.entries(known).map(([one, count]) => ({
        value: one,
        label: `${name(one)} (${formatNumber(count)})`,
      }))}
    />
  );
}

function Found({ query }: { query: Record<string, string> }): ReactNode {
  const { t } = useTranslation("customer");
  const found = useContradictions(query);
  if (found.isLoading) return <Loading lines={8} />;
  if (found.error && found.rows.length === 0) return <ErrorState error={found.error} onRetry={found.onRetry} />;
  if (found.rows.length === 0) return <EmptyState title={t("contradictions.none")} />;
  return (
    <>
      <ul className="cu-settling" aria-label={t("contradictions")}>
        {found.rows.map((row) => (
          <Item key={`${row.customer_id} ${row.attribute.name}`} row={row} />
        ))}
      </ul>
      {found.hasMore && (
        <Button onClick={found.onMore} loading={found.isLoadingMore}>
          {t("contradictions.more")}
        </Button>
      )}
    </>
  );
}

function Item({ row }: { row: Contradiction }): ReactNode {
  const { t } = useTranslation("customer");
  const { attribute } = row;
  return (
    <li>
      <div className="cu-settling-head">
        <Link to={`/customers/${row.customer_id}/records`}>
          {row.display_name ? (
            <Shown value={<Text>{row.display_name}</Text>} hiddenBy={row.name_hidden_by} />
          ) : (
            <code>{row.customer_id}</code>
          )}
        </Link>
        <b>{fieldLabel(t, attribute.name)}</b>
        {row.state !== "open" && (
          <Tag color={row.state === "settled" ? "success" : "warning"}>{t(`state.${row.state}`)}</Tag>
        )}
        <MayPickContext value={row.may_pick}>
          <PickButton customerId={row.customer_id} attribute={attribute} version={row.version} />
        </MayPickContext>
      </div>
      <ul className="cu-said">
        {[attribute, ...attribute.others].map((said, place) => (
          <li key={said.value ?? place} data-chosen={place === 0}>
            {said.value === null ? (
              <Hidden policy={attribute.hidden_by} />
            ) : (
              <AttributeValue name={attribute.name} value={said.value} />
            )}{" "}
            <span className="soft">
              <Text>{said.systems.join(", ")}</Text>
              {said.observed_at && (
                <>
                  {" "}
                  · <Moment value={said.observed_at} as="date" />
                </>
              )}
              {place === 0 && !attribute.pick && <> · {ruleLabel(t, attribute.rule)}</>}
            </span>
          </li>
        ))}
      </ul>
      <PickedBy attribute={attribute} />
      {row.lapsed?.ended_at && (
        <p className="soft">
          {t("contradictions.lapsed", {
            who: isolated(row.lapsed.picked_by),
            value: isolated(row.lapsed.value ?? ""),
          })}{" "}
          {t(`pick.ended.${row.lapsed.ended_why}`, { system: isolated(row.lapsed.source), who: "" })}{" "}
          <Moment value={row.lapsed.ended_at} as="date" />
        </p>
      )}
    </li>
  );
}

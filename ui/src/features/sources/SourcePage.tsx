/** One source: its health and numbers, its tables and meanings, how it is read. */
import { Alert, Tabs } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { ApiError } from "@/api/client";
import { type Source, useSourceChanges, useSources } from "@/api/sources";
import { useSession } from "@/app/session";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Num } from "@/components/Num";
import { Page, Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { BackLink } from "@/components/BackLink";
import { BuildBar } from "./BuildBar";
import { Money } from "./Money";
import { QuarantineList } from "./Quarantine";
import { Schedules } from "./Schedules";
import { SourceForm } from "./SourceForm";
import { StateTag } from "./StateTag";
import { Tables } from "./Tables";

export function SourcePage(): ReactNode {
  const { t } = useTranslation("sources");
  const { may } = useSession();
  const { name = "", tab = "tables" } = useParams();
  const navigate = useNavigate();
  const { data, isPending, error, refetch } = useSources();
  useSourceChanges();
  if (isPending) return <Loading lines={6} />;
  const source = data?.items.find((one) => one.name === name);
  if (!source) {
    const missing = new ApiError(404, "not_found", t("gone", { name }));
    return <ErrorState error={error ?? missing} onRetry={() => void refetch()} />;
  }
  const names = data?.items.map((one) => one.name) ?? [];
  const tabs = [
    { key: "tables", label: t("tables"), children: <Tables source={source} /> },
    { key: "quarantine", label: t("quarantine"), children: <QuarantineList source={name} /> },
    ...(may("read", "build")
      ? [{ key: "schedules", label: t("schedules"), children: <Schedules sources={names} only={name} /> }]
      : []),
    {
      key: "settings",
      label: t("settings"),
      children: <SourceForm key={source.version} source={source} />,
    },
  ];
  return (
    <Page
      title={name}
      heading={
        <BackLink to="/sources">
          <Text>{name}</Text>
        </BackLink>
      }
      lead={
        <span className="source-lead">
          <StateTag source={source} />
          {source.owner && <Text>{source.owner}</Text>}
          <bdi dir="ltr">{source.locations.join(", ")}</bdi>
        </span>
      }
    >
      <Health source={source} />
      {may("read", "build") && <BuildBar sources={[name]} />}
      <Tabs
        activeKey={tabs.some(({ key }) => key === tab) ? tab : "tables"}
        items={tabs}
        destroyOnHidden
        onChange={(key) => void navigate(`/sources/${name}/${key}`, { replace: true })}
      />
    </Page>
  );
}

function Health({ source }: { source: Source }): ReactNode {
  const { t } = useTranslation("sources");
  const { problem, due_since: due, currency } = source;
  const money = (value: number): ReactNode => <Money value={value} currency={currency} />;
  const facts: [string, ReactNode][] = [
    [t("last_read"), source.last_read_at ? <Moment value={source.last_read_at} as="relative" /> : "–"],
    [t("next_read"), source.next_read_at ? <Moment value={source.next_read_at} /> : t("schedules.none_short")],
    [t("rows"), <Num key="rows" value={source.rows} />],
    [t("people_records"), source.people_records === null ? "–" : <Num value={source.people_records} />],
    [t("customers"), source.customers === null ? "–" : <Num value={source.customers} />],
    [t("only_here"), source.only_here === null ? "–" : <Num value={source.only_here} />],
    [t("quarantine"), <Num key="quarantined" value={source.quarantined} />],
    [t("yearly_cost"), source.yearly_cost === null ? "–" : money(source.yearly_cost)],
    [t("cost_per_customer"), source.cost_per_customer === null ? "–" : money(source.cost_per_customer)],
  ];
  return (
    <Section title={t("health")} id="health">
      {problem && <Alert type="error" showIcon title={<ErrorLine error={ApiError.said(problem)} />} />}
      {!problem && due && (
        <Alert
          type="warning"
          showIcon
          title={
            <>
              {t("late_since")} <Moment value={due} />
            </>
          }
        />
      )}
      <dl className="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

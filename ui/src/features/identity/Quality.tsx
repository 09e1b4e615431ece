/** How good the match is, as far as people's answers tell: estimates with intervals, where they come from, the labels. */
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Interval, type Quality as Found, useQuality, useQualityChanges } from "@/api/quality";
import { formatMoment, formatNumber } from "@/app/language";
import { usePreferences } from "@/app/preferences";
import { useSession } from "@/app/session";
import { Chart } from "@/components/Chart";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Num } from "@/components/Num";
import { Section } from "@/components/Page";
import { Contradicting, Labels } from "./Labels";
import { Strata } from "./Strata";

/** Of all intervals. */
const LEVEL = 0.95;

const percent = (value: number): string => formatNumber(value, { style: "percent", maximumFractionDigits: 1 });

export default function Quality(): ReactNode {
  const { t } = useTranslation("identity");
  const { data, isPending, error, refetch } = useQuality();
  useQualityChanges();
  if (isPending) return <Loading lines={10} />;
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data.by_stratum.length === 0 && data.labelled === 0) {
    return <EmptyState title={t("quality.none")}>{t("quality.none_why")}</EmptyState>;
  }
  return (
    <>
      <Estimates found={data} />
      {data.contradictions.length > 0 && <Contradicting labels={data.contradictions} />}
      {data.calibration.length > 0 && <Reliability found={data} />}
      {data.history.length > 0 && <History found={data} />}
      {data.by_stratum.length > 0 && <Strata rows={data.by_stratum} />}
      <Labels />
    </>
  );
}

function Estimates({ found }: { found: Found }): ReactNode {
  const { t } = useTranslation("identity");
  const { may } = useSession();
  const label = may("update", "identity") && (
    <Link to="/identity/quality/label">
      <Button type={found.wanted > 0 ? "primary" : "default"} tabIndex={-1}>
        {t("label.begin")}
      </Button>
    </Link>
  );
  return (
    <Section
      title={t("quality")}
      lead={t("quality.basis", { count: found.labelled })}
      id="id-estimates"
      actions={label}
    >
      <div className="id-estimates">
        <Estimate name="precision" interval={found.precision} wanted={found.wanted} />
        <Estimate name="recall" interval={found.recall} wanted={found.wanted} />
      </div>
      <p className="id-facts soft">
        {found.precision && found.wanted > 0 && <span>{t("quality.narrower", { count: found.wanted })}</span>}
        {found.precision && found.wanted === 0 && <span>{t("quality.enough")}</span>}
        {found.unsure > 0 && <span>{t("quality.unsure", { count: found.unsure })}</span>}
        {found.stale > 0 && <span>{t("quality.stale", { count: found.stale })}</span>}
      </p>
      <details className="id-how">
        <summary>{t("quality.how")}</summary>
        <ul>
          <li>{t("quality.how_precision")}</li>
          <li>{t("quality.how_recall")}</li>
          <li>{t("quality.how_interval")}</li>
          <li>{t("quality.how_sample")}</li>
          <li>{t("quality.how_stale")}</li>
        </ul>
      </details>
    </Section>
  );
}

/** A share with its interval, drawn on the way from 0 to 100 per cent; the words beside it say the same. */
function Estimate({
  name,
  interval,
  wanted,
}: {
  name: "precision" | "recall";
  interval: Interval | null;
  wanted: number;
}): ReactNode {
  const { t } = useTranslation("identity");
  return (
    <div className="id-estimate">
      <h3>{t(name)}</h3>
      <p className="soft">{t(`${name}.what`)}</p>
      {interval ? (
        <>
          <p className="id-big">
            <Num value={interval.value} style="percent" maximumFractionDigits={1} />
          </p>
          <div className="id-interval" aria-hidden="true">
            <span
              className="id-range"
              style={{
                insetInlineStart: `${interval.low * 100}%`,
                inlineSize: `${Math.max(0.5, (interval.high - interval.low) * 100)}%`,
              }}
            />
            <span className="id-point" style={{ insetInlineStart: `${interval.value * 100}%` }} />
          </div>
          <p className="id-scale soft" aria-hidden="true">
            <Num value={0} style="percent" />
            <Num value={1} style="percent" />
          </p>
          <p>{t("interval", { low: percent(interval.low), high: percent(interval.high), level: percent(LEVEL) })}</p>
        </>
      ) : (
        <>
          <p className="id-big soft">{t("unknown")}</p>
          <p>{t("unknown.next", { count: wanted })}</p>
        </>
      )}
    </div>
  );
}

/** Where probabilities kept what they promised. */
function Reliability({ found }: { found: Found }): ReactNode {
  const { t } = useTranslation("identity");
  usePreferences();
  const bins = found.calibration;
  return (
    <Section title={t("reliability")} lead={t("reliability.how")} id="id-reliability">
      <Chart
        kind="bar"
        label={t("reliability.label")}
        format={percent}
        data={{
          categories: bins.map(({ from, to, pairs }) =>
            t("reliability.bin", { from: percent(from), to: percent(to), pairs: formatNumber(pairs) }),
          ),
          series: [
            { name: t("reliability.expected"), values: bins.map(({ expected }) => expected) },
            { name: t("reliability.observed"), values: bins.map(({ observed }) => observed) },
          ],
        }}
      />
    </Section>
  );
}

function History({ found }: { found: Found }): ReactNode {
  const { t } = useTranslation("identity");
  const writing = usePreferences();
  const { history } = found;
  return (
    <Section title={t("history")} lead={t("history.how")} id="id-history">
      <Chart
        kind="line"
        label={t("history.label")}
        format={percent}
        data={{
          categories: history.map(({ build_no, at }) =>
            t("history.build", { number: formatNumber(build_no), day: formatMoment(at, "date", writing) }),
          ),
          series: [
            { name: t("precision"), values: history.map(({ precision }) => precision.value) },
            { name: t("recall"), values: history.map(({ recall }) => recall.value) },
          ],
        }}
      />
    </Section>
  );
}

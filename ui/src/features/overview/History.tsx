import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OverviewPage } from "@/api/overview";
import { formatMoment, formatNumber, formatShare } from "@/app/language";
import { Chart } from "@/components/Chart";
import { Section } from "@/components/Page";

const SHOWN = ["inconsistent", "missing", "stale"] as const;

/** How the signs of customers went from build to build; nothing before the second build. */
export function History({ history }: { history: OverviewPage["history"] }): ReactNode {
  const { t } = useTranslation("overview");
  const builds = history.inconsistent ?? [];
  if (builds.length < 2) return null;
  const data = {
    categories: builds.map(
      ({ build_no, finished_at }) =>
        `${formatMoment(finished_at, "date")} (${formatNumber(build_no, { useGrouping: false })})`,
    ),
    series: SHOWN.map((sign) => ({
      name: t(`sign.${sign}`),
      values: builds.map(({ build_no }) => {
        const past = history[sign]?.find((one) => one.build_no === build_no);
        return past?.base ? past.count / past.base : null;
      }),
    })),
  };
  return (
    <Section id="history" title={t("history")}>
      <Chart kind="line" label={t("history.lead")} data={data} format={formatShare} />
    </Section>
  );
}

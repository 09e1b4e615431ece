/** The groups of alike pairs that the estimate is put together from. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Stratum } from "@/api/quality";
import { formatNumber } from "@/app/language";
import { type Column, DataTable } from "@/components/DataTable";
import { Num, ShareOf } from "@/components/Num";
import { Section } from "@/components/Page";

export function Strata({ rows }: { rows: readonly Stratum[] }): ReactNode {
  const { t } = useTranslation("identity");
  const percent = (value: number): string => formatNumber(value, { style: "percent", maximumFractionDigits: 1 });
  const columns: Column<Stratum>[] = [
    {
      key: "stratum",
      title: t("strata.group"),
      isPrimary: true,
      render: ({ stratum }) => t(`stratum.${stratum}`, { defaultValue: stratum.replaceAll("_", " ") }),
    },
    {
      key: "joined",
      title: t("strata.map"),
      render: ({ is_joined: isJoined }) => t(isJoined ? "strata.joined" : "strata.apart"),
    },
    {
      key: "pairs",
      title: t("strata.pairs"),
      isNumber: true,
      render: ({ pairs }) => <Num value={Math.round(pairs)} />,
    },
    {
      key: "expected",
      title: t("strata.expected"),
      isNumber: true,
      isHiddenOnPhone: true,
      render: ({ expected }) => <ShareOf value={expected} />,
    },
    {
      key: "labelled",
      title: t("strata.labelled"),
      isNumber: true,
      render: ({ labelled }) => <Num value={labelled} />,
    },
    { key: "same", title: t("strata.same"), isNumber: true, render: ({ same }) => <Num value={same} /> },
    {
      key: "rate",
      title: t("strata.rate"),
      isNumber: true,
      render: ({ rate }) =>
        rate ? <bdi>{t("strata.interval", { low: percent(rate.low), high: percent(rate.high) })}</bdi> : "–",
    },
  ];
  return (
    <Section title={t("strata")} lead={t("strata.why")} id="id-strata">
      <DataTable label={t("strata")} columns={columns} rows={rows} rowKey={({ stratum }) => stratum} />
    </Section>
  );
}

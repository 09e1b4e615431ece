/** What people said about pairs, newest first, and how to take it back. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Tag } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Label, useLabels, withdrawLabel } from "@/api/quality";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { ErrorLine } from "@/components/ErrorState";
import { Moment } from "@/components/Moment";
import { Num } from "@/components/Num";
import { Section } from "@/components/Page";
import { PersonTag } from "@/components/PersonTag";
import { RecordName } from "@/features/customer/panels";

function useColumns(): Column<Label>[] {
  const { t } = useTranslation("identity");
  return [
    {
      key: "pair",
      title: t("labels.pair"),
      isPrimary: true,
      render: ({ subject_a: a, subject_b: b }) => (
        <>
          <RecordName record={a} /> · <RecordName record={b} />
        </>
      ),
    },
    {
      key: "answer",
      title: t("labels.answer"),
      render: ({ answer, is_stale: isStale, is_joined: isJoined }) => (
        <>
          {t(`said.${answer}`)} {isStale && <Tag>{t("labels.stale")}</Tag>}
          {!isStale && isJoined !== null && answer !== "unsure" && isJoined !== (answer === "same") && (
            <span className="id-against">{t("labels.against")}</span>
          )}
        </>
      ),
    },
    {
      key: "probability",
      title: t("probability"),
      isNumber: true,
      render: ({ model_probability: probability }) =>
        probability === null ? "–" : <Num value={probability} style="percent" maximumFractionDigits={1} />,
    },
    { key: "by", title: t("labels.by"), render: ({ labelled_by: by }) => <PersonTag name={by} /> },
    { key: "at", title: t("labels.at"), render: ({ labelled_at: at }) => <Moment value={at} as="date" /> },
  ];
}

export function Labels(): ReactNode {
  const { t } = useTranslation("identity");
  const { may } = useSession();
  const queries = useQueryClient();
  const found = useLabels();
  const columns = useColumns();
  const gone = useMutation({
    mutationFn: withdrawLabel,
    onSettled: () => queries.invalidateQueries({ queryKey: ["quality"] }),
  });
  return (
    <Section title={t("labels")} lead={t("labels.why")} id="id-labels">
      <ErrorLine error={gone.error} />
      <DataTable
        label={t("labels")}
        columns={columns}
        {...found}
        rowKey={({ label_id: id }) => id}
        empty={<EmptyState title={t("labels.none")} />}
        actions={
          may("update", "identity")
            ? ({ label_id: id }) => (
                <ConfirmButton
                  size="small"
                  question={t("labels.withdraw_ask")}
                  confirm={t("labels.withdraw")}
                  onConfirm={() => gone.mutateAsync(id).catch(() => undefined)}
                >
                  {t("labels.withdraw")}
                </ConfirmButton>
              )
            : undefined
        }
      />
    </Section>
  );
}

/** Answers that the map does not agree with: for whoever wants to make decisions of them. */
export function Contradicting({ labels }: { labels: readonly Label[] }): ReactNode {
  const { t } = useTranslation("identity");
  const columns = useColumns();
  return (
    <Section title={t("against")} lead={t("against.why")} id="id-against">
      <DataTable label={t("against")} columns={columns} rows={labels} rowKey={({ label_id: id }) => id} />
    </Section>
  );
}

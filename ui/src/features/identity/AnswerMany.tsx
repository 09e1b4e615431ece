/** One answer for all open questions of a pattern: what it is about is shown before, how far it is while it works. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Modal, Progress, Radio } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useIdempotencyKey } from "@/api/edit";
import { answerPattern, isUnderWay, type Many, type PatternRow, refreshAfterAnswer, useMany } from "@/api/review";
import { ErrorLine } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { effectsOf } from "./Outcome";
import { ReasonField } from "./Question";
import { addressOf, queryOf } from "./queue";
import { PatternWords, Whom } from "./words";

type Said = "same" | "different";

export function AnswerMany({ pattern, onClose }: { pattern: PatternRow; onClose: () => void }): ReactNode {
  const { t } = useTranslation("identity");
  const once = useIdempotencyKey();
  const [answer, setAnswer] = useState<Said | null>(null);
  const [reason, setReason] = useState("");
  const [bulkId, setBulkId] = useState<string | null>(null);
  const forecast = useQuery({
    queryKey: ["review", "many", pattern.key],
    queryFn: () => answerPattern(pattern.key, { answer: "same", reason: "", dry_run: true }),
    retry: false,
    gcTime: 0,
    enabled: bulkId === null,
  });
  const begun = useMutation({
    mutationFn: (said: Said) => answerPattern(pattern.key, { answer: said, reason, dry_run: false }, once.key()),
    onSuccess: ({ bulk_id: id }) => setBulkId(id),
    onError: once.used,
  });
  return (
    <Modal
      open
      title={t("many.title")}
      onCancel={onClose}
      footer={
        <div className="dialog-buttons">
          <Button onClick={onClose}>{t(bulkId ? "many.close" : "cancel")}</Button>
          {!bulkId && (
            <Button
              type="primary"
              disabled={!answer || !forecast.data || forecast.data.items === 0}
              loading={begun.isPending}
              onClick={() => answer && begun.mutate(answer)}
            >
              {t("many.do", { count: forecast.data?.items ?? pattern.items })}
            </Button>
          )}
        </div>
      }
    >
      <p>
        <PatternWords parts={pattern.label.parts} />
      </p>
      {bulkId ? (
        <UnderWay bulkId={bulkId} />
      ) : (
        <>
          {forecast.isPending && <Loading lines={3} label={t("many.counting")} />}
          {forecast.data && <Forecast found={forecast.data} />}
          <Radio.Group
            className="id-many"
            aria-label={t("answers")}
            value={answer}
            onChange={(event) => setAnswer(event.target.value as Said)}
            options={(["same", "different"] as const).map((value) => ({
              value,
              label: t(`many.${value}.${pattern.kind === "pair" ? "pair" : "one"}`),
            }))}
          />
          <ReasonField value={reason} onChange={setReason} />
        </>
      )}
      <ErrorLine error={begun.error ?? forecast.error} />
    </Modal>
  );
}

/** What would be answered, with examples to look into before. */
function Forecast({ found }: { found: Many }): ReactNode {
  const { t } = useTranslation("identity");
  return (
    <ul className="id-forecast">
      <li>{t("many.items", { count: found.items })}</li>
      <li>{t("patterns.customers", { count: found.customers })}</li>
      <li>{t("many.binds")}</li>
      <li>
        {t("patterns.examples")}{" "}
        <span className="id-examples">
          {found.examples.map((item) => (
            <Link key={item.item_id} to={addressOf(queryOf(new URLSearchParams()), item.item_id)} target="_blank">
              <Whom item={item} />
            </Link>
          ))}
        </span>
      </li>
    </ul>
  );
}

/** How far it is; it goes on when the dialog is closed. */
function UnderWay({ bulkId }: { bulkId: string }): ReactNode {
  const { t } = useTranslation("identity");
  const queries = useQueryClient();
  const { data, error } = useMany(bulkId);
  const isOver = data !== undefined && !isUnderWay(data);
  useEffect(() => {
    if (isOver) refreshAfterAnswer(queries);
  }, [isOver, queries]);
  if (error) return <ErrorLine error={error} />;
  if (!data) return <Loading lines={2} />;
  const effects = effectsOf(t, data.counts);
  return (
    <div role="status" aria-live="polite">
      <Progress
        percent={Math.round((100 * data.answered) / Math.max(1, data.items))}
        status={data.state === "failed" ? "exception" : isOver ? "success" : "active"}
        showInfo={false}
        aria-label={t("many.progress")}
      />
      <ul className="id-forecast">
        <li>
          <strong>{t(`many.state.${data.state}`)}</strong> {t("many.answered", { count: data.answered })}
        </li>
        {data.waiting > 0 && <li>{t("many.waiting", { count: data.waiting })}</li>}
        {effects.map((words) => (
          <li key={words}>{words}</li>
        ))}
        {data.vanished > 0 && <li>{t("taught.vanished", { count: data.vanished })}</li>}
        {data.refused > 0 && <li>{t("many.refused", { count: data.refused })}</li>}
      </ul>
    </div>
  );
}

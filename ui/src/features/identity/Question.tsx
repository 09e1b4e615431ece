/** What an answer is weighed by: records beside each other, evidence, the graph; and where the question stands. */
import { Button, Input } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ItemDetail, ReviewItem } from "@/api/review";
import { useSession } from "@/app/session";
import { Field } from "@/components/Field";
import { Moment } from "@/components/Moment";
import { Num } from "@/components/Num";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { Waterfall } from "@/features/customer/panels";
import { ClusterGraph } from "./ClusterGraph";
import { comparedOf } from "./compared";
import { SideBySide } from "./SideBySide";
import { PatternWords, Whom } from "./words";

const LONGEST_REASON = 2000;

interface StandingProps {
  item: ReviewItem;
  onTakeBack: (item: ReviewItem) => void;
  isTakingBack: boolean;
}

export function Question({ found, ...standing }: { found: ItemDetail } & StandingProps): ReactNode {
  const { t } = useTranslation("identity");
  const { item, records, graph, evidence } = found;
  const [isAll, setIsAll] = useState(false);
  const telling = records.filter(({ is_telling: isTelling }) => isTelling);
  const isMore = records.length > telling.length && telling.length > 1;
  const shown = isMore && !isAll ? telling : records;
  return (
    <>
      <p className="id-question">
        <Whom item={item} />
        <span className="soft">
          <PatternWords parts={item.pattern.parts} />
        </span>
        <span className="soft">
          {t("probability")} <Num value={item.probability} style="percent" maximumFractionDigits={1} />
        </span>
      </p>
      <Standing {...standing} />
      <Section
        title={t("records")}
        lead={t("records.how")}
        id="id-records"
        actions={
          isMore && (
            <Button size="small" aria-expanded={isAll} onClick={() => setIsAll(!isAll)}>
              {isAll ? t("records.telling") : t("records.all", { count: records.length })}
            </Button>
          )
        }
      >
        <SideBySide records={comparedOf(shown, graph.nodes, item.customers)} />
      </Section>
      <div className="id-columns">
        <Section title={t("evidence")} lead={t("evidence.how")} id="id-evidence">
          <Waterfall link={evidence} />
        </Section>
        {graph.nodes.length > 2 && (
          <Section title={t("graph")} id="id-graph">
            <ClusterGraph graph={graph} />
          </Section>
        )}
      </div>
    </>
  );
}

/** Who answered before, and what it waits for. */
function Standing({ item, onTakeBack, isTakingBack }: StandingProps): ReactNode {
  const { t } = useTranslation("identity");
  const { may } = useSession();
  const { answers, state, my_answer: mine } = item;
  if (state === "open" && answers.length === 0) return null;
  const key = item.is_disputed ? "disputed" : state === "waiting" && mine ? "waiting_mine" : state;
  return (
    <div className="id-standing" role="note">
      <p>
        <strong>{t(`standing.${key}`)}</strong>
        {state === "answered" && item.answer && <> {t(`answer.${item.answer}`)}</>}
      </p>
      <ul>
        {answers.map((given) => (
          <li key={`${given.made_by} ${given.made_at}`}>
            <Text>{given.made_by}</Text>: <strong>{t(`answer.${given.answer}`)}</strong>,{" "}
            <Moment value={given.made_at} as="relative" />
            {given.reason && (
              <>
                {" "}
                · <Text>{given.reason}</Text>
              </>
            )}
          </li>
        ))}
      </ul>
      {state !== "answered" && mine && may("update", "identity") && (
        <Button size="small" loading={isTakingBack} onClick={() => onTakeBack(item)}>
          {t("take_back")}
        </Button>
      )}
    </div>
  );
}

export function ReasonField({ value, onChange }: { value: string; onChange: (value: string) => void }): ReactNode {
  const { t } = useTranslation("identity");
  return (
    <Field label={t("reason")}>
      {(control) => (
        <Input.TextArea
          {...control}
          dir="auto"
          autoSize={{ minRows: 1, maxRows: 4 }}
          maxLength={LONGEST_REASON}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Pair after pair: same, different, or unsure. It measures and teaches; it changes nothing in the map. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { newIdempotencyKey, untilAnswered } from "@/api/client";
import { useIsOffline } from "@/api/connection";
import { type LabelAnswer, type SamplePair, sendLabel, useSample, withdrawLabel } from "@/api/quality";
import { useLanguage } from "@/app/language";
import { useSession } from "@/app/session";
import { BackLink } from "@/components/BackLink";
import { EmptyState } from "@/components/EmptyState";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Forbidden } from "@/components/Forbidden";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { useProblemWords } from "@/components/problem";
import { Waterfall } from "@/features/customer/panels";
import { AnswerBar } from "./AnswerBar";
import { comparedPair } from "./compared";
import { type KeyAction, useKeys } from "./keys";
import { KeysHelp } from "./KeysHelp";
import { SideBySide } from "./SideBySide";

const ACTIONS: readonly KeyAction[] = ["same", "different", "skip", "undo", "help"];
const HOME = "/identity/quality";

export default function Labelling(): ReactNode {
  const { t } = useTranslation("identity");
  const { may } = useSession();
  const { isRtl } = useLanguage();
  const sample = useSample();
  const labelling = useLabelling();
  const [isHelp, setIsHelp] = useState(false);
  const isOffline = useIsOffline();
  const pairs = (sample.data?.pairs ?? []).filter((pair) => !labelling.isAsked(pair));
  const pair = pairs[0];
  const isNameable = pair !== undefined && pair.subject_a !== null && pair.subject_b !== null;
  const act = (action: KeyAction): void => {
    if (action === "help") setIsHelp(true);
    else if (action === "undo") labelling.undo();
    else if (pair && isNameable && (action === "same" || action === "different" || action === "skip"))
      labelling.say(pair, action === "skip" ? "unsure" : action, pairs.length === 1);
  };
  useKeys(isRtl, act);
  const title = t("label.title");
  if (!may("update", "identity")) return <Forbidden />;
  return (
    <Page title={title} heading={<BackLink to={HOME}>{title}</BackLink>} lead={t("label.lead")}>
      <div className="id-progress" role="status" aria-live="polite">
        {sample.data && <span>{t("label.done", { count: labelling.done })}</span>}
        {sample.data && sample.data.wanted > 0 && <span>{t("label.wanted", { count: sample.data.wanted })}</span>}
        {labelling.waiting > 0 && isOffline && <span>{t("kept", { count: labelling.waiting })}</span>}
      </div>
      <ErrorLine error={labelling.error} />
      {(sample.isPending || (!pair && sample.isFetching)) && <Loading lines={10} />}
      {sample.error && !sample.data && <ErrorState error={sample.error} onRetry={() => void sample.refetch()} />}
      {sample.data && !pair && !sample.isFetching && (
        <EmptyState title={t("label.none")} action={<Link to={HOME}>{t("label.to_quality")}</Link>}>
          {t("label.none_why")}
        </EmptyState>
      )}
      {pair && (
        <>
          {!isNameable && <p role="note">{t("label.hidden")}</p>}
          <Section title={t("ask.pair")} lead={t("records.how")} id="id-records">
            <SideBySide records={comparedPair(pair.records)} />
          </Section>
          {pair.evidence && (
            <details className="id-how">
              <summary>{t("label.evidence")}</summary>
              <Waterfall link={pair.evidence} />
            </details>
          )}
        </>
      )}
      <AnswerBar
        third={t("said.unsure")}
        isThirdUnsure
        isDisabled={!isNameable}
        may={{ undo: labelling.done > 0 }}
        onAct={act}
      />
      <KeysHelp actions={ACTIONS} third={t("said.unsure")} isOpen={isHelp} onClose={() => setIsHelp(false)} />
    </Page>
  );
}

const nameOf = ({ subject_a: a, subject_b: b }: SamplePair): string => `${a} ${b}`;

/** Answers go out one after the other, behind the page; the last can be taken back. */
function useLabelling() {
  const { t } = useTranslation("identity");
  const { message } = App.useApp();
  const words = useProblemWords();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<readonly string[]>([]);
  const [kept, setKept] = useState<readonly { name: string; labelId: string }[]>([]);
  const [waiting, setWaiting] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const reload = (): Promise<void> => queries.invalidateQueries({ queryKey: ["quality"] });

  const say = (pair: SamplePair, answer: LabelAnswer, isLast: boolean): void => {
    const name = nameOf(pair);
    const label = { subject_a: pair.subject_a ?? "", subject_b: pair.subject_b ?? "", answer };
    const idempotencyKey = newIdempotencyKey();
    setError(null);
    setAsked((before) => [...before, name]);
    setWaiting((before) => before + 1);
    queue.current = queue.current
      .then(() => untilAnswered(() => sendLabel(label, idempotencyKey)))
      .then(({ label_id: labelId }) => setKept((before) => [...before, { name, labelId }]))
      .catch((failure: unknown) => {
        setError(failure);
        setAsked((before) => before.filter((one) => one !== name));
      })
      .finally(() => setWaiting((before) => before - 1));
    if (isLast) void queue.current.then(reload);
  };
  const back = useMutation({
    mutationFn: ({ labelId }: { name: string; labelId: string }) => withdrawLabel(labelId),
    onSuccess: (_, { name, labelId }) => {
      setKept((before) => before.filter((one) => one.labelId !== labelId));
      setAsked((before) => before.filter((one) => one !== name));
    },
    onError: (failure) => message.error(words(failure).what),
    onSettled: reload,
  });
  return {
    say,
    error,
    waiting,
    done: kept.length,
    isAsked: (pair: SamplePair): boolean => asked.includes(nameOf(pair)),
    undo: (): void => {
      const last = kept.at(-1);
      if (!last) void message.info(t("undo.nothing"));
      else if (!back.isPending) back.mutate(last);
    },
  };
}

/** Pair after pair: same, different, or unsure. It measures and teaches; it changes nothing in the map. */
import { useQueryClient } from "@tanstack/react-query";
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
        may={{ undo: labelling.done + labelling.waiting > 0 }}
        onAct={act}
      />
      <KeysHelp actions={ACTIONS} third={t("said.unsure")} isOpen={isHelp} onClose={() => setIsHelp(false)} />
    </Page>
  );
}

const nameOf = ({ subject_a: a, subject_b: b }: SamplePair): string => `${a} ${b}`;

interface Said {
  name: string;
  /** Null where the server refused the answer. */
  labelId: Promise<string | null>;
}

/** Answers go out one after the other, behind the page; the one given last can be taken back, also while it is on its way. */
function useLabelling() {
  const { t } = useTranslation("identity");
  const { message } = App.useApp();
  const words = useProblemWords();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<readonly string[]>([]);
  const [done, setDone] = useState(0);
  const [waiting, setWaiting] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const said = useRef<Said[]>([]);
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const reload = (): Promise<void> => queries.invalidateQueries({ queryKey: ["quality"] });
  const askAgain = (name: string): void => setAsked((before) => before.filter((one) => one !== name));

  const say = (pair: SamplePair, answer: LabelAnswer, isLast: boolean): void => {
    const name = nameOf(pair);
    const label = { subject_a: pair.subject_a ?? "", subject_b: pair.subject_b ?? "", answer };
    const idempotencyKey = newIdempotencyKey();
    setError(null);
    setAsked((before) => [...before, name]);
    setWaiting((before) => before + 1);
    const labelId = queue.current
      .then(() => untilAnswered(() => sendLabel(label, idempotencyKey)))
      .then(({ label_id: id }) => {
        setDone((before) => before + 1);
        return id;
      })
      .catch((failure: unknown) => {
        setError(failure);
        askAgain(name);
        said.current = said.current.filter((one) => one.name !== name);
        return null;
      })
      .finally(() => setWaiting((before) => before - 1));
    said.current.push({ name, labelId });
    queue.current = isLast ? labelId.then(reload) : labelId;
  };

  const takeBack = async ({ name, labelId }: Said): Promise<void> => {
    const id = await labelId;
    if (id === null) return;
    try {
      await withdrawLabel(id);
      setDone((before) => before - 1);
      askAgain(name);
    } catch (failure) {
      said.current.push({ name, labelId });
      message.error(words(failure).what);
    }
    await reload();
  };
  const undo = (): void => {
    const last = said.current.pop();
    if (last) queue.current = queue.current.then(() => takeBack(last));
    else void message.info(t("undo.nothing"));
  };
  return { say, undo, error, waiting, done, isAsked: (pair: SamplePair): boolean => asked.includes(nameOf(pair)) };
}

/** One question of the queue: whom it is about, what speaks for and against, the answers, and the way to the next. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { isApiError } from "@/api/client";
import {
  type Answer,
  prefetchItem,
  refreshAfterAnswer,
  type ReviewItem as Item,
  takeBack,
  useQueue,
  useReviewChanges,
  useReviewItem,
  useReviewSummary,
} from "@/api/review";
import { useLanguage } from "@/app/language";
import { useSession } from "@/app/session";
import { BackLink } from "@/components/BackLink";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { useProblemWords } from "@/components/problem";
import { AnswerBar } from "./AnswerBar";
import { give, type Given, markUndone, useGiven } from "./answering";
import { type KeyAction, useKeys } from "./keys";
import { KeysHelp } from "./KeysHelp";
import { Outcome } from "./Outcome";
import { Question, ReasonField } from "./Question";
import { addressOf, queryOf, stepFrom } from "./queue";
import { questionOf } from "./words";

const ACTIONS: readonly KeyAction[] = ["same", "different", "skip", "next", "previous", "undo", "help"];

/** The questions around this one, in the order of the list that it was opened from. */
function useSteps(itemId: string) {
  const [search] = useSearchParams();
  const query = queryOf(search);
  const queue = useQueue(query);
  const given = useGiven();
  const queries = useQueryClient();
  const done = new Set(
    given.filter(({ state }) => state === "sending" || state === "done").map(({ item }) => item.item_id),
  );
  const ids = queue.rows.map(({ item_id }) => item_id);
  const next = stepFrom(ids, itemId, done, 1);
  const isNearEnd = ids.indexOf(itemId) >= ids.length - 5;
  const { hasMore, isLoadingMore, onMore } = queue;
  useEffect(() => {
    if (isNearEnd && hasMore && !isLoadingMore) onMore();
  });
  useEffect(() => {
    if (next) prefetchItem(queries, next);
  }, [next, queries]);
  return { next, previous: stepFrom(ids, itemId, done, -1), address: (id = "") => addressOf(query, id) };
}

export default function ReviewItem(): ReactNode {
  const { t } = useTranslation("identity");
  const { itemId = "" } = useParams();
  const { may } = useSession();
  const navigate = useNavigate();
  const { isRtl } = useLanguage();
  const steps = useSteps(itemId);
  const { data: found, error, isPending, refetch } = useReviewItem(itemId);
  const item = found?.item;
  const { data: summary } = useReviewSummary();
  const [reason, setReason] = useState("");
  const [isHelp, setIsHelp] = useState(false);
  const answering = useAnswering(itemId);
  useReviewChanges();
  useEffect(() => setReason(""), [itemId]);

  const mayAnswer = may("update", "identity");
  const isOpen = mayAnswer && answering.isAnswerable(item);
  const go = (id: string | null): void => void navigate(steps.address(id ?? ""));
  const act = (action: KeyAction): void => {
    if (action === "help") setIsHelp(true);
    else if (action === "next") steps.next && go(steps.next);
    else if (action === "previous") steps.previous && go(steps.previous);
    else if (action === "undo") answering.undoLast();
    else if (isOpen && item) {
      answering.answer(item, action, reason);
      go(steps.next);
    }
  };
  useKeys(isRtl, act);

  const title = item ? questionOf(t, item.kind) : t("review");
  return (
    <Page title={title} heading={<BackLink to={steps.address()}>{title}</BackLink>}>
      <Outcome
        today={summary?.answered_today}
        onUndo={answering.undo}
        isUndoing={answering.isUndoing}
        addressOf={steps.address}
      />
      {isPending && <Loading lines={10} />}
      {isApiError(error, 404) && (
        <EmptyState title={t("item.gone")} action={<Link to={steps.address()}>{t("item.list")}</Link>}>
          {t("item.gone_why")}
        </EmptyState>
      )}
      {error && !isApiError(error, 404) && !item && <ErrorState error={error} onRetry={() => void refetch()} />}
      {found && (
        <>
          <Question found={found} item={found.item} onTakeBack={answering.retract} isTakingBack={answering.isUndoing} />
          {isOpen && <ReasonField value={reason} onChange={setReason} />}
        </>
      )}
      {mayAnswer && (
        <AnswerBar
          third={t("answer.skip")}
          isDisabled={!isOpen}
          may={{
            undo: answering.last !== null,
            next: steps.next !== null,
            previous: steps.previous !== null,
          }}
          onAct={act}
        />
      )}
      {!mayAnswer && steps.next && <Button onClick={() => go(steps.next)}>{t("next")}</Button>}
      <KeysHelp actions={ACTIONS} third={t("answer.skip")} isOpen={isHelp} onClose={() => setIsHelp(false)} />
    </Page>
  );
}

/** Giving answers and taking them back. */
function useAnswering(itemId: string) {
  const { t } = useTranslation("identity");
  const { me } = useSession();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const words = useProblemWords();
  const given = useGiven();
  const last = given.findLast(({ state }) => state === "done") ?? null;
  const back = useMutation({
    mutationFn: (action: () => Promise<unknown>) => action(),
    onError: (error) => message.error(words(error).what),
    onSettled: () => refreshAfterAnswer(queries),
  });
  const undo = ({ id, outcome }: Given): void => {
    if (outcome && !back.isPending) back.mutate(() => takeBack(outcome.item), { onSuccess: () => markUndone(id) });
  };
  return {
    last,
    undo,
    undoLast: () => (last ? undo(last) : void message.info(t("undo.nothing"))),
    retract: (item: Item) => back.mutate(() => takeBack(item)),
    isUndoing: back.isPending,
    answer: (item: Item, answer: Answer, reason: string): void => {
      void give(me?.actor_id ?? "", item, answer, reason).then(() => refreshAfterAnswer(queries));
    },
    /** The server takes an answer of mine, and none was given a moment ago. */
    isAnswerable: (item: Item | undefined): boolean =>
      item !== undefined &&
      item.may_answer &&
      !given.some((one) => one.item.item_id === itemId && (one.state === "sending" || one.state === "done")),
  };
}

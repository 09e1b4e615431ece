/** What became of the answers: on their way, what they changed and taught, why one was refused; and how to undo. */
import { CheckCircleOutlined, CloudSyncOutlined, UndoOutlined, WarningOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { TFunction } from "i18next";
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { isApiError } from "@/api/client";
import { useIsOffline } from "@/api/connection";
import type { Answered } from "@/api/review";
import { formatNumber } from "@/app/language";
import { ProblemDetail, useProblemWords } from "@/components/problem";
import { Text } from "@/components/Text";
import { isolated } from "@/features/customer/panels";
import { dismiss, type Given, isWaiting, useGiven } from "./answering";
import { Whom } from "./words";

interface Props {
  today: number | undefined;
  onUndo: (given: Given) => void;
  isUndoing: boolean;
  addressOf: (itemId: string) => string;
}

export function Outcome({ today, onUndo, isUndoing, addressOf }: Props): ReactNode {
  const { t } = useTranslation("identity");
  const isOffline = useIsOffline();
  const given = useGiven();
  const waiting = given.filter(isWaiting);
  const last = given.findLast(({ state }) => state === "done" || state === "undone");
  const refused = given.filter(({ state }) => state === "refused");
  return (
    <div className="id-outcomes">
      <div role="status" aria-live="polite">
        {waiting.length > 0 && isOffline && (
          <p className="id-outcome" data-tone="warn">
            <CloudSyncOutlined aria-hidden="true" />
            <span>{t("kept", { count: waiting.length })}</span>
          </p>
        )}
        {last && (
          <p className="id-outcome" data-tone="good">
            {last.state === "undone" ? <UndoOutlined aria-hidden="true" /> : <CheckCircleOutlined aria-hidden="true" />}
            <span>
              <strong>
                {last.state === "undone" ? t("undone") : t(`answered.${last.answer}`)} <Whom item={last.item} />
              </strong>{" "}
              {last.state === "done" && last.outcome && told(t, last.outcome).join(" ")}{" "}
              {last.state === "done" && today !== undefined && (
                <span className="soft">{t("today", { count: today })}</span>
              )}
            </span>
            {last.state === "done" && last.outcome && (
              <Button
                size="small"
                icon={<UndoOutlined aria-hidden="true" />}
                loading={isUndoing}
                onClick={() => onUndo(last)}
              >
                {t("undo")}
              </Button>
            )}
          </p>
        )}
      </div>
      {refused.map((one) => (
        <Refused key={one.id} given={one} address={addressOf(one.item.item_id)} />
      ))}
    </div>
  );
}

/** What an answer changed and taught, in sentences. */
export function told(t: TFunction, { effect, waits_for_second: waits, item, taught }: Answered): string[] {
  if (waits) return [t(item.is_disputed ? "waits.disputed" : "waits.second")];
  if (!effect) return [];
  const changed = effectsOf(t, effect.counts);
  return [
    ...(changed.length === 0 ? [t("effect.none")] : changed),
    ...(taught.vanished > 0 ? [t("taught.vanished", { count: taught.vanished })] : []),
    ...(taught.similar > 0 ? [t("taught.similar", { count: taught.similar })] : []),
  ];
}

/** What happened to customers, in sentences. */
export function effectsOf(t: TFunction, counts: Readonly<Record<string, number>>): string[] {
  return ["merged", "split", "moved", "restored"].flatMap((kind) =>
    (counts[kind] ?? 0) > 0 ? [t(`effect.${kind}`, { count: counts[kind] ?? 0 })] : [],
  );
}

interface ChainStep {
  kind: "same" | "different";
  override_id: string;
  a?: string;
  b?: string;
}

function Refused({ given, address }: { given: Given; address: string }): ReactNode {
  const { t } = useTranslation("identity");
  const { error } = given;
  const words = useProblemWords()(error);
  const isStale = isApiError(error, 412);
  const chain = isApiError(error, 409) ? ((error.fields.chain as ChainStep[] | undefined) ?? []) : [];
  return (
    <div className="id-outcome" data-tone="bad" role="alert">
      <WarningOutlined aria-hidden="true" />
      <div>
        <strong>
          {t(`refused.${given.answer}`)} <Whom item={given.item} />
        </strong>
        <p>{isStale ? t("refused.stale") : <bdi dir="auto">{words.what}</bdi>}</p>
        {!isStale && <ProblemDetail detail={words.detail} />}
        {chain.length > 0 && <Chain steps={chain} />}
        <div className="id-outcome-buttons">
          <Link to={address} onClick={() => dismiss(given.id)}>
            {t("refused.look")}
          </Link>
          <Button size="small" onClick={() => dismiss(given.id)}>
            {t("refused.dismiss")}
          </Button>
        </div>
      </div>
    </div>
  );
}

/** The decisions that an answer would contradict, link by link. */
function Chain({ steps }: { steps: readonly ChainStep[] }): ReactNode {
  const { t } = useTranslation("identity");
  return (
    <>
      <p>{t("chain", { count: steps.length })}</p>
      <ol className="id-chain">
        {steps.map((step, index) => (
          <li key={`${step.override_id}${index}`}>
            {step.a && step.b ? (
              <>
                <Text>{step.a}</Text> <strong>{t(`chain.${step.kind}`)}</strong> <Text>{step.b}</Text>
              </>
            ) : (
              t(`chain.hidden_${step.kind}`)
            )}{" "}
            <span className="soft">
              {t("chain.decision", { number: formatNumber(index + 1), id: isolated(step.override_id) })}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

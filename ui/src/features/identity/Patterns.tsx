/** Questions that are alike, together: a pattern is answered for all of them at once, after seeing what that does. */
import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type PatternRow, usePatterns } from "@/api/review";
import { useSession } from "@/app/session";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { AnswerMany } from "./AnswerMany";
import { addressOf, queryOf } from "./queue";
import { PatternWords, questionOf, Whom } from "./words";

export function Patterns(): ReactNode {
  const { t } = useTranslation("identity");
  const { data, isPending, error, refetch } = usePatterns();
  const [chosen, setChosen] = useState<PatternRow | null>(null);
  if (isPending) return <Loading lines={8} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data.items.length === 0) return <EmptyState title={t("patterns.none")}>{t("none.why")}</EmptyState>;
  return (
    <>
      <p className="soft">{t("patterns.why")}</p>
      <ul className="id-list" aria-label={t("by.pattern")}>
        {data.items.map((pattern) => (
          <Row key={pattern.key} pattern={pattern} onAnswer={() => setChosen(pattern)} />
        ))}
      </ul>
      {chosen && <AnswerMany pattern={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}

function Row({ pattern, onAnswer }: { pattern: PatternRow; onAnswer: () => void }): ReactNode {
  const { t } = useTranslation("identity");
  const { may } = useSession();
  const query = { ...queryOf(new URLSearchParams()), pattern: pattern.key };
  return (
    <li>
      <div className="id-row-head">
        <strong>
          <PatternWords parts={pattern.label.parts} />
        </strong>
        {may("update", "identity") && (
          <Button size="small" onClick={onAnswer}>
            {t("many.open", { count: pattern.items })}
          </Button>
        )}
      </div>
      <div className="soft">{questionOf(t, pattern.kind)}</div>
      <div className="id-facts soft">
        <Link to={addressOf(query)}>{t("patterns.items", { count: pattern.items })}</Link>
        <span>{t("patterns.customers", { count: pattern.customers })}</span>
      </div>
      {pattern.examples.length > 0 && (
        <p className="id-examples">
          <span className="soft">{t("patterns.examples")}</span>{" "}
          {pattern.examples.map((item) => (
            <Link key={item.item_id} to={addressOf(query, item.item_id)}>
              <Whom item={item} />
            </Link>
          ))}
        </p>
      )}
    </li>
  );
}

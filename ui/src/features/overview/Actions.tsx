import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Action } from "@/api/overview";
import { useLanguage } from "@/app/language";
import { useSession } from "@/app/session";
import { Section } from "@/components/Page";
import { Behind } from "./Marks";
import { actionWords, mendedAt } from "./words";

const FIRST = 5;

function keyOf({ kind, title, facts }: Action): string {
  return `${kind} ${title} ${JSON.stringify(facts)}`;
}

/** What to do first, best first. */
export function Actions({ actions }: { actions: readonly Action[] }): ReactNode {
  const { t } = useTranslation("overview");
  const { language } = useLanguage();
  const { may } = useSession();
  const [isAll, setIsAll] = useState(false);
  if (actions.length === 0) return null;
  return (
    <Section id="actions" title={t("actions")} lead={t("actions.lead")}>
      <ol className="ov-actions">
        {(isAll ? actions : actions.slice(0, FIRST)).map((action) => {
          const { title, why } = actionWords(t, language, action);
          const touches = t(action.kind === "quarantine" ? "action.rows" : "action.customers", {
            count: action.touches,
          });
          const place = action.filter === null ? mendedAt(action) : null;
          return (
            <li key={keyOf(action)}>
              <strong>{title}</strong>
              <span className="soft">{why}</span>
              <span>
                {place && may("read", "source") ? (
                  <Link to={place}>
                    {touches}
                    <span className="visually-hidden"> {title}</span>
                  </Link>
                ) : (
                  <Behind count={{ filter: action.filter, count: action.touches }} label={title}>
                    {touches}
                  </Behind>
                )}
              </span>
            </li>
          );
        })}
      </ol>
      {actions.length > FIRST && (
        <Button type="link" onClick={() => setIsAll(!isAll)} aria-expanded={isAll}>
          {t(isAll ? "actions.fewer" : "actions.all", { count: actions.length })}
        </Button>
      )}
    </Section>
  );
}

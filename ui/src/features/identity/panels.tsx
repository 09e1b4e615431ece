/** What the customer page shows of identity: how sure it is that the customer is one and whole, and what is open. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Sureness as Found } from "@/api/customer";
import { useQueue } from "@/api/review";
import { Hidden } from "@/components/Hidden";
import { ShareOf } from "@/components/Num";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { addressOf, queryOf } from "./queue";
import { PatternWords, questionOf } from "./words";
import "./identity.css";

export default function Sureness({ customerId, found }: { customerId: string; found: Found | null }): ReactNode {
  const { t } = useTranslation("identity");
  return (
    <Section title={t("sure")} lead={t("sure.what")} id="id-sure">
      {found && <Shares found={found} />}
      <Questions customerId={customerId} />
    </Section>
  );
}

/** Below this, it is told why one cannot be sure (as the server does of pairs of records). */
const DOUBTFUL = 0.95;

function Shares({ found }: { found: Found }): ReactNode {
  const { t } = useTranslation("identity");
  const { confidence, is_one: isOne, is_whole: isWhole, doubts, hidden_by: hiddenBy } = found;
  if (hiddenBy) return <Hidden policy={hiddenBy} />;
  if (confidence === null) return <p className="soft">{t("sure.unknown")}</p>;
  const isUnexplained = isWhole !== null && isWhole < DOUBTFUL && !doubts.some(({ why }) => why === "outside");
  return (
    <>
      <p className="id-big">
        <ShareOf value={confidence} />
      </p>
      <ul className="id-forecast">
        {isOne !== null && (
          <li>
            {t("sure.is_one")} <ShareOf value={isOne} />
          </li>
        )}
        {isWhole !== null && (
          <li>
            {t("sure.is_whole")} <ShareOf value={isWhole} />
          </li>
        )}
        {doubts.map(({ why, subject_a: a, subject_b: b, probability }) => (
          <li key={`${why} ${a} ${b}`}>
            {t(`sure.${why}`)}{" "}
            {a && b && (
              <>
                <Text>{a}</Text> · <Text>{b}</Text>{" "}
              </>
            )}
            <span className="soft">
              {t("probability")} <ShareOf value={probability} />
            </span>
          </li>
        ))}
        {isUnexplained && <li>{t("sure.unseen")}</li>}
      </ul>
    </>
  );
}

/** Open questions that are about this customer. */
function Questions({ customerId }: { customerId: string }): ReactNode {
  const { t } = useTranslation("identity");
  const query = { ...queryOf(new URLSearchParams()), customer: customerId };
  const { rows } = useQueue(query);
  if (rows.length === 0) return null;
  return (
    <>
      <h3>{t("sure.questions", { count: rows.length })}</h3>
      <ul className="id-list">
        {rows.map((item) => (
          <li key={item.item_id}>
            <Link to={addressOf(query, item.item_id)}>{questionOf(t, item.kind)}</Link>{" "}
            <span className="soft">
              <PatternWords parts={item.pattern.parts} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

import { ArrowDownOutlined, ArrowUpOutlined, MinusOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Finding, Past, Sign } from "@/api/overview";
import { formatNumber, formatShare } from "@/app/language";
import { useSession } from "@/app/session";
import { Num, ShareOf } from "@/components/Num";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { Bar, Behind, shareOf, Sparkline } from "./Marks";
import { findingWords, placeOf, shareWords } from "./words";

const ARROWS = { up: ArrowUpOutlined, down: ArrowDownOutlined, none: MinusOutlined, not_comparable: MinusOutlined };

/** An arrow only where the change is more than chance; the number before beside it. */
function Trend({ sign, past }: { sign: Sign; past: readonly Past[] }): ReactNode {
  const { t } = useTranslation("overview");
  if (!sign.direction || !sign.previous) return null;
  const Arrow = ARROWS[sign.direction];
  const isList = sign.unit !== "customers";
  const before = isList ? formatNumber(sign.previous.count) : formatShare(shareOf(sign.previous));
  return (
    <p className="ov-trend" data-direction={sign.direction}>
      <Arrow aria-hidden="true" /> {t(`trend.${sign.direction}`, { before })}
      <Sparkline past={past} />
    </p>
  );
}

function FindingLine({ sign, finding }: { sign: Sign; finding: Finding }): ReactNode {
  const { t } = useTranslation("overview");
  const words = findingWords(t, sign.name, finding);
  const share = shareWords(t, finding.count);
  const { may } = useSession();
  return (
    <li>
      <span className="ov-finding">
        {finding.place && may("read", "source") ? (
          <Link to={placeOf(finding.place)}>{words}</Link>
        ) : (
          <Behind count={finding.count} label={share}>
            {words}
          </Behind>
        )}
        <span className="num">
          <ShareOf value={shareOf(finding.count)} />
        </span>
      </span>
      <Bar share={shareOf(finding.count)} />
      <span className="soft ov-base">{share}</span>
    </li>
  );
}

function Examples({ sign }: { sign: Sign }): ReactNode {
  const { t } = useTranslation("overview");
  const { may } = useSession();
  if (sign.examples.length === 0 || !may("read", "customer")) return null;
  return (
    <p className="ov-examples">
      <span className="soft">{t("examples")}</span>{" "}
      {sign.examples.map(({ customer_id, name }) => (
        <Link key={customer_id} to={`/customers/${customer_id}`}>
          {name ? <Text>{name}</Text> : <code>{customer_id}</code>}
        </Link>
      ))}
    </p>
  );
}

function SignCard({ sign, past }: { sign: Sign; past: readonly Past[] }): ReactNode {
  const { t } = useTranslation("overview");
  const { may } = useSession();
  const isList = sign.unit !== "customers";
  const title = t(`sign.${sign.name}`);
  return (
    <article className="ov-sign" aria-labelledby={`sign-${sign.name}`}>
      <h3 id={`sign-${sign.name}`}>{title}</h3>
      <p className="soft">{t(`sign.${sign.name}.meaning`)}</p>
      <p className="ov-big">
        <Behind count={sign.share} label={title}>
          {isList ? <Num value={sign.share.count} /> : <ShareOf value={shareOf(sign.share)} />}
        </Behind>
        <span className="ov-base">{shareWords(t, sign.share)}</span>
      </p>
      <Trend sign={sign} past={past} />
      {sign.findings.length > 0 && (
        <ul className="ov-findings">
          {sign.findings.slice(0, 5).map((finding) => (
            <FindingLine key={`${finding.field} ${finding.system ?? ""}`} sign={sign} finding={finding} />
          ))}
        </ul>
      )}
      <Examples sign={sign} />
      {sign.name === "inconsistent" && may("read", "customer") && (
        <Link to="/contradictions">{t("contradictions")}</Link>
      )}
    </article>
  );
}

/** The five signs of silos. */
export function Signs({
  signs,
  history,
}: {
  signs: readonly Sign[];
  history: Partial<Record<string, Past[]>>;
}): ReactNode {
  const { t } = useTranslation("overview");
  return (
    <Section id="signs" title={t("signs")} lead={t("signs.lead")}>
      <div className="ov-signs">
        {signs.map((sign) => (
          <SignCard key={sign.name} sign={sign} past={history[sign.name] ?? []} />
        ))}
      </div>
    </Section>
  );
}

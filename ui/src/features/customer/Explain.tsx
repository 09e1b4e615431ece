/** Why records are one customer, or are not: verdict, links with their weights, decisions of people. */
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import {
  type Explanation,
  type Link,
  type Override,
  type RecordRef,
  useExplanation,
  useMapAction,
  withdraw,
} from "@/api/identity";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Hidden } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Num } from "@/components/Num";
import { Text } from "@/components/Text";
import { fieldLabel, wordsOf } from "./labels";

const MOST_LINKS = 12;

export function Explain({ a, b = null }: { a: string; b?: string | null }): ReactNode {
  const { data, isPending, error, refetch } = useExplanation(a, b);
  if (isPending) return <Loading lines={5} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return <Explained found={data} />;
}

function Explained({ found }: { found: Explanation }): ReactNode {
  const { t } = useTranslation("customer");
  const more = found.links.length - MOST_LINKS;
  return (
    <div className="cu-why">
      <p className="cu-verdict">
        <strong>{t(`why.${found.verdict}`)}</strong>
      </p>
      {found.links.slice(0, MOST_LINKS).map((link, place) => (
        <Waterfall key={place} link={link} />
      ))}
      {more > 0 && <p className="soft">{t("why.more", { count: more })}</p>}
      {found.overrides.length > 0 && <Decisions overrides={found.overrides} />}
    </div>
  );
}

export function RecordName({ record }: { record: RecordRef }): ReactNode {
  return (
    <bdi dir="ltr" className="cu-ref">
      <span>
        {record.source}
        {record.source !== record.table && (
          <>
            .<wbr />
            {record.table}
          </>
        )}
      </span>{" "}
      {record.record_key === null ? <Hidden /> : <Text>{record.record_key}</Text>}
    </bdi>
  );
}

/** Parts of the evidence that are about the pair, not about a field. */
const ABOUT_THE_PAIR = ["relatives", "same_table"];

/** Each comparison as a bar from where the sum stood to where it brought it. */
export function Waterfall({ link }: { link: Link }): ReactNode {
  const { t } = useTranslation("customer");
  const shown = link.fields.filter(({ bits }) => bits !== null);
  let sum = 0;
  const bars = shown.map(({ name, agreement, bits }) => {
    const from = sum;
    sum += bits ?? 0;
    return { name, agreement, bits: bits ?? 0, low: Math.min(from, sum), high: Math.max(from, sum) };
  });
  const low = Math.min(0, ...bars.map((bar) => bar.low));
  const span = Math.max(0.1, Math.max(0, ...bars.map((bar) => bar.high)) - low);
  const hidden = link.fields.filter(({ hidden_by }) => hidden_by);
  return (
    <figure className="cu-waterfall">
      <figcaption>
        <RecordName record={link.a} /> · <RecordName record={link.b} />{" "}
        <span className="soft">
          {t("why.probability")} <Num value={link.probability} style="percent" maximumFractionDigits={1} />
          {link.is_conflict && ` · ${t("why.forbids")}`}
        </span>
      </figcaption>
      <ol>
        {bars.map((bar) => (
          <li key={bar.name}>
            <span>{ABOUT_THE_PAIR.includes(bar.name) ? t(`why.${bar.name}`) : fieldLabel(t, bar.name)}</span>
            <span className="soft">{agreementLabel(t, bar.agreement)}</span>
            <span className="cu-bar" aria-hidden="true">
              <span
                className={bar.bits < 0 ? "cu-bar-against" : "cu-bar-for"}
                style={{
                  insetInlineStart: `${((bar.low - low) / span) * 100}%`,
                  inlineSize: `${Math.max(1, ((bar.high - bar.low) / span) * 100)}%`,
                }}
              />
            </span>
            <span className="cu-bits">
              <Num value={bar.bits} signDisplay="exceptZero" minimumFractionDigits={1} maximumFractionDigits={1} />
            </span>
          </li>
        ))}
        {hidden.map(({ name, hidden_by }) => (
          <li key={name}>
            <span>{fieldLabel(t, name)}</span>
            <Hidden policy={hidden_by} />
          </li>
        ))}
        <li className="cu-sum">
          <span>{t("why.sum")}</span>
          <span />
          <span />
          <span className="cu-bits">
            <Num value={link.weight} signDisplay="exceptZero" minimumFractionDigits={1} maximumFractionDigits={1} />
          </span>
        </li>
      </ol>
    </figure>
  );
}

function agreementLabel(
  t: (key: string, options: { defaultValue: string }) => string,
  agreement: string | null,
): string {
  const words = agreement ?? "";
  return t(`agree.${words.replaceAll(" ", "_")}`, { defaultValue: wordsOf(words) });
}

/** What people said, with how to take it back. */
function Decisions({ overrides }: { overrides: readonly Override[] }): ReactNode {
  const { t } = useTranslation("customer");
  const { may } = useSession();
  const taken = useMapAction(withdraw);
  return (
    <section aria-label={t("decided")}>
      <h3 className="cu-small-title">{t("decided")}</h3>
      <ul className="cu-decisions">
        {overrides.map((override) => (
          <li key={override.override_id} className={override.withdrawn_at ? "soft" : undefined}>
            <span>
              {t(`decided.${override.kind}`)} · <Text>{override.made_by}</Text> ·{" "}
              <Moment value={override.made_at} as="date" />
              {override.reason && (
                <>
                  {" "}
                  · <Text>{override.reason}</Text>
                </>
              )}
              {override.withdrawn_at && ` · ${t("decided.withdrawn")}`}
            </span>
            {!override.withdrawn_at && may("update", "identity") && (
              <ConfirmButton
                size="small"
                question={t("decided.withdraw_ask")}
                consequence={t("decided.withdraw_what")}
                confirm={t("decided.withdraw")}
                onConfirm={() => taken.mutateAsync(override).catch(() => undefined)}
              >
                {t("decided.withdraw")}
              </ConfirmButton>
            )}
          </li>
        ))}
      </ul>
      <ErrorLine error={taken.error} />
    </section>
  );
}

/** Opens the explanation when it is asked for: it looks through all links of the customer. */
export function WhyButton({ isOpen, onToggle }: { isOpen: boolean; onToggle: () => void }): ReactNode {
  const { t } = useTranslation("customer");
  return (
    <Button onClick={onToggle} aria-expanded={isOpen}>
      {t(isOpen ? "why.close" : "why.open")}
    </Button>
  );
}

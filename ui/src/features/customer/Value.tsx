/** Values of the card, each in the way of its type, with direction of its own. */
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Attribute, Part } from "@/api/customer";
import { formatNumber, intlLocale } from "@/app/language";
import { usePreferences } from "@/app/preferences";
import { Hidden, Shown } from "@/components/Hidden";
import { Moment } from "@/components/Moment";
import { Num } from "@/components/Num";
import { PersonTag } from "@/components/PersonTag";
import { Text } from "@/components/Text";
import { nameOfCode } from "./labels";

const MOMENT = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/;

export function Money({ amount, currency }: { amount: number; currency: string | null }): ReactNode {
  const writing = usePreferences();
  const isCode = currency && /^[A-Z]{3}$/.test(currency);
  const text = isCode
    ? formatNumber(amount, { style: "currency", currency }, writing)
    : `${formatNumber(amount, { maximumFractionDigits: 2 }, writing)} ${currency ?? ""}`;
  return <bdi className="num">{text.trim()}</bdi>;
}

/** The customer's clock, kept right. */
export function LocalTime({ zone }: { zone: string }): ReactNode {
  const { t } = useTranslation("customer");
  const writing = usePreferences();
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 15_000);
    return () => clearInterval(timer);
  }, []);
  let clock: string;
  try {
    const options = { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit" } as const;
    clock = new Intl.DateTimeFormat(intlLocale(writing), options).format(now);
  } catch {
    return null;
  }
  return (
    <span title={zone}>
      <bdi>{clock}</bdi> <span className="soft">{t("local_time")}</span>
    </span>
  );
}

export function Score({ score, scale }: { score: number; scale?: number[] | null }): ReactNode {
  const { t } = useTranslation("customer");
  const [least, most] = scale ?? [];
  if (least === undefined || most === undefined) return <Num value={score} />;
  const share = (score - least) / (most - least);
  const mood = share < 0.4 ? "bad" : share < 0.7 ? "middling" : "good";
  return (
    <span className="cu-score" data-mood={mood}>
      <span className="visually-hidden">{t(`mood.${mood}`)} </span>
      {t("score.of", { score: formatNumber(score), top: formatNumber(most) })}
    </span>
  );
}

interface Scored {
  score: number;
  at: string;
  text?: string | null;
  text_hidden_by?: string;
  scale?: number[];
}

function LastScore({ value }: { value: Scored }): ReactNode {
  return (
    <span className="cu-stack">
      <span>
        <Score score={value.score} scale={value.scale} /> <span className="soft">· </span>
        <Moment value={value.at} as="date" />
      </span>
      {value.text && (
        <q className="cu-quote">
          <Text>{value.text}</Text>
        </q>
      )}
      {!value.text && value.text_hidden_by && <Hidden policy={value.text_hidden_by} />}
    </span>
  );
}

interface Trade {
  count: number;
  amount?: Record<string, number> | null;
  amount_hidden_by?: string;
}

function TradeValue({ value }: { value: Trade }): ReactNode {
  return (
    <span>
      <Num value={value.count} />
      {Object.entries(value.amount ?? {}).map(([currency, amount]) => (
        <span key={currency}>
          {" · "}
          <Money amount={amount} currency={currency} />
        </span>
      ))}
      {value.amount_hidden_by && (
        <>
          {" · "}
          <Hidden policy={value.amount_hidden_by} />
        </>
      )}
    </span>
  );
}

function Contact({ value }: { value: { at: string; type?: string; channel?: string } }): ReactNode {
  return (
    <span>
      <Moment value={value.at} as="relative" />
      {[value.type, value.channel].map(
        (part) =>
          part && (
            <span key={part}>
              {" · "}
              <Text>{part.replaceAll("_", " ")}</Text>
            </span>
          ),
      )}
    </span>
  );
}

/** Values of attributes are text; a code, a day or an address is shown as what it is. */
export function AttributeValue({ name, value }: { name: string; value: string }): ReactNode {
  const { language } = usePreferences();
  const meaning = name.split(":")[0];
  if (meaning === "language") return <Text>{nameOfCode(language, "language", value)}</Text>;
  if (meaning === "country" && value.length === 2) return <Text>{nameOfCode(language, "region", value)}</Text>;
  if (MOMENT.test(value)) return <Moment value={value.replace("T00:00:00Z", "")} as="date" />;
  if (meaning === "email")
    return (
      <a href={`mailto:${value}`}>
        <bdi dir="ltr">{value}</bdi>
      </a>
    );
  if (meaning === "phone")
    return (
      <a href={`tel:${value}`}>
        <bdi dir="ltr">{value}</bdi>
      </a>
    );
  return <Text>{value}</Text>;
}

export function MaskedAttribute({ attribute }: { attribute: Attribute }): ReactNode {
  if (attribute.value === null) return <Hidden policy={attribute.hidden_by} />;
  if (attribute.hidden_by) return <Shown value={attribute.value} hiddenBy={attribute.hidden_by} />;
  return <AttributeValue name={attribute.name} value={attribute.value} />;
}

export function PartValue({ part }: { part: Part }): ReactNode {
  const { t } = useTranslation("customer");
  const { language } = usePreferences();
  if (part.value === null) return <Hidden policy={part.hidden_by} />;
  if (part.hidden_by) return <Shown value={String(part.value)} hiddenBy={part.hidden_by} />;
  const value = part.value as never;
  switch (part.type) {
    case "time_zone":
      return <LocalTime zone={(value as { zone: string }).zone} />;
    case "moment":
    case "date":
      return <Moment value={String(value).replace("T00:00:00Z", "")} as="date" />;
    case "probability":
      return <Num value={Number(value)} style="percent" />;
    case "count":
      return (
        <span>{t(`count.${part.name}`, { count: Number(value), defaultValue: formatNumber(Number(value)) })}</span>
      );
    case "complaint": {
      const { at } = value as { at: string | null };
      return (
        <span className="cu-alarm">
          {t("complaint.open")} {at && <Moment value={at} as="date" />}
        </span>
      );
    }
    case "score":
      return <LastScore value={value} />;
    case "contact":
      return <Contact value={value} />;
    case "trade":
      return <TradeValue value={value} />;
    case "person":
      return <PersonTag name={String(value)} />;
    case "list":
      return <Text>{(value as string[]).join(", ")}</Text>;
    case "language":
      return <Text>{nameOfCode(language, "language", String(value))}</Text>;
    case "text":
      return typeof value === "object" ? <Text>{JSON.stringify(value)}</Text> : <Text>{String(value)}</Text>;
    default:
      return <AttributeValue name={part.type} value={String(value)} />;
  }
}

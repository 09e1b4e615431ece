/** Who this is: name, kind, state, id, what calls for attention, and the story so far in a few sentences. */
import { Alert, Tag } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Card } from "@/api/customer";
import { formatMoment, formatNumber } from "@/app/language";
import { Hidden, Shown } from "@/components/Hidden";
import { Avatar } from "@/components/PersonTag";
import { Text } from "@/components/Text";
import { CarePanel } from "./care";
import { HandOver } from "./HandOver";
import { isolated } from "./labels";
import { CustomerId } from "./CustomerId";
import { LevelLines } from "./Levels";

interface Traits {
  systems?: string[];
  customer_since?: string;
  open_tickets?: number;
  open_complaint?: { at: string | null };
  orders?: { count: number };
  last_contact_with?: string;
  last_contact_with_at?: string;
  last_score?: { score: number; at: string };
}

export function Header({ card }: { card: Card }): ReactNode {
  const { t } = useTranslation("customer");
  const isFormer = card.former_ids.includes(card.asked_for);
  const traits = card.traits as Traits;
  return (
    <header className="cu-header">
      <div className="cu-who-line">
        <Avatar name={card.display_name ?? "?"} size={48} />
        <div>
          <h1>
            {card.display_name ? (
              <Shown value={<Text>{card.display_name}</Text>} hiddenBy={card.name_hidden_by} />
            ) : null}
            {!card.display_name && card.name_hidden_by && <Hidden policy={card.name_hidden_by} />}
            {!card.display_name && !card.name_hidden_by && t("header.nameless")}
          </h1>
          <div className="cu-badges">
            <Tag>{t(`kind.${card.kind}`)}</Tag>
            {card.state === "retired" && <Tag color="warning">{t("header.retired")}</Tag>}
            {traits.open_complaint && !isHidden(traits.open_complaint) && (
              <Tag color="error">{t("complaint.open")}</Tag>
            )}
            <CustomerId id={card.customer_id} />
            <CarePanel name="CustomerTags" customerId={card.customer_id} />
          </div>
        </div>
        {card.state !== "retired" && <HandOver customerId={card.customer_id} />}
      </div>
      {isFormer && <Alert showIcon type="info" title={t("header.former", { id: isolated(card.asked_for) })} />}
      {card.state === "retired" && <Alert showIcon type="warning" title={t("header.retired_why")} />}
      <InShort card={card} traits={traits} />
      {card.state !== "retired" && <LevelLines id={card.customer_id} />}
    </header>
  );
}

function isHidden(value: unknown): boolean {
  return typeof value === "object" && value !== null && "hidden_by" in value;
}

const day = (moment: string): string => formatMoment(moment.slice(0, 10), "date");

/** The story so far, made from facts. */
function InShort({ card, traits }: { card: Card; traits: Traits }): ReactNode {
  const { t } = useTranslation("customer");
  const shown = Object.fromEntries(Object.entries(traits).filter(([, value]) => !isHidden(value))) as Traits;
  const sentences = [
    shown.customer_since && t("short.since", { day: day(shown.customer_since) }),
    shown.systems && t("short.known", { count: shown.systems.length, systems: isolated(shown.systems.join(", ")) }),
    shown.orders && t("short.orders", { count: shown.orders.count }),
    shown.open_tickets ? t("short.open", { count: shown.open_tickets }) : null,
    shown.open_complaint?.at && t("short.complaint", { day: day(shown.open_complaint.at) }),
    shown.last_contact_with &&
      t("short.spoke", {
        who: isolated(shown.last_contact_with),
        day: shown.last_contact_with_at ? day(shown.last_contact_with_at) : "–",
      }),
    shown.last_score &&
      t("short.score", { score: formatNumber(shown.last_score.score), day: day(shown.last_score.at) }),
  ].filter(Boolean);
  if (sentences.length === 0 || card.state === "retired") return null;
  return (
    <p className="cu-short">
      <b>{t("short")}</b> {sentences.join(" ")}
    </p>
  );
}

/** What people picked on this customer before: taken back, replaced, or lapsed because a record changed. */
import { Tag } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Picked, usePicks } from "@/api/picks";
import { ErrorLine } from "@/components/ErrorState";
import { Hidden } from "@/components/Hidden";
import { Moment } from "@/components/Moment";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { fieldLabel, isolated } from "./labels";
import { AttributeValue } from "./Value";

export function PickHistory({ id }: { id: string }): ReactNode {
  const { t } = useTranslation("customer");
  const { data, error } = usePicks(id);
  const picks = data?.picks ?? [];
  if (error) return <ErrorLine error={error} />;
  if (picks.length === 0) return null;
  return (
    <Section title={t("pick.history")} lead={t("pick.history_why")} id="cu-picks">
      <ul className="cu-picks">
        {picks.map((pick) => (
          <li key={pick.pick_id}>
            <b>{fieldLabel(t, pick.attribute)}</b>{" "}
            {pick.value === null ? (
              <Hidden policy={pick.hidden_by} />
            ) : (
              <AttributeValue name={pick.attribute} value={pick.value} />
            )}{" "}
            <Standing pick={pick} />
            <span className="soft">
              {t("pick.by", { who: isolated(pick.picked_by) })} <Moment value={pick.picked_at} as="moment" />
              {pick.reason && (
                <>
                  {" · "}
                  <q>
                    <Text>{pick.reason}</Text>
                  </q>
                </>
              )}
            </span>
            {pick.ended_at && (
              <span className="soft">
                {t(`pick.ended.${pick.ended_why}`, {
                  who: isolated(pick.ended_by ?? ""),
                  system: isolated(pick.source),
                })}{" "}
                <Moment value={pick.ended_at} as="moment" />
              </span>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Standing({ pick }: { pick: Picked }): ReactNode {
  const { t } = useTranslation("customer");
  if (pick.is_held) return <Tag color="success">{t("pick.holds")}</Tag>;
  if (pick.ended_at === null) return <Tag>{t("pick.waits")}</Tag>;
  const hasLapsed = pick.ended_why === "changed" || pick.ended_why === "gone";
  return <Tag color={hasLapsed ? "warning" : undefined}>{t(hasLapsed ? "pick.lapsed" : "pick.over_now")}</Tag>;
}

/** Why the map changes: links to where records go, those outweighed, those that held before, and people's decisions. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PreviewChange, RunChange } from "@/api/previews";
import { Text } from "@/components/Text";
import { Waterfall } from "@/features/customer/panels";

export function Reasons({ why }: { why: RunChange["why"] | PreviewChange["why"] }): ReactNode {
  const { t } = useTranslation("identity");
  const before = "before" in why ? why.before : [];
  const groups = [
    ["links", why.links],
    ["against", why.against],
    ["before", before.filter((link) => !isAmong(link, [...why.links, ...why.against]))],
  ] as const;
  const isEmpty = groups.every(([, links]) => links.length === 0) && why.overrides.length === 0;
  return (
    <>
      {isEmpty && <p>{t("why.nothing")}</p>}
      {why.overrides.length > 0 && (
        <p>
          {t("why.decided")} <Text>{why.overrides.join(", ")}</Text>
        </p>
      )}
      {groups.map(
        ([name, links]) =>
          links.length > 0 && (
            <section key={name} aria-label={t(`why.${name}`)}>
              <h4>{t(`why.${name}`)}</h4>
              {links.map((link, place) => (
                <Waterfall key={place} link={link} />
              ))}
            </section>
          ),
      )}
    </>
  );
}

type Weighed = RunChange["why"]["links"][number];

/** Whether the same pair with the same weight is shown already. */
function isAmong(link: Weighed, others: readonly Weighed[]): boolean {
  return others.some(
    ({ a, b, weight }) =>
      a.subject_id === link.a.subject_id && b.subject_id === link.b.subject_id && Math.abs(weight - link.weight) < 0.05,
  );
}

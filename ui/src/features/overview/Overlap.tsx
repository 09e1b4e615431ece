import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Overlap as OverlapOf } from "@/api/overview";
import { Num, ShareOf } from "@/components/Num";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { useIsPhone } from "@/components/useIsPhone";
import { OneSystem, SystemMatrix } from "./BySystem";
import { Bar, Behind, heatStyle, shareOf } from "./Marks";
import { isolated } from "./words";

type CellOf = OverlapOf["cells"][number];

function useCells({ cells }: OverlapOf): (system: string, other: string) => CellOf | undefined {
  const byPlace = new Map(cells.map((cell) => [`${cell.system} ${cell.other}`, cell]));
  return (system, other) => byPlace.get(`${system} ${other}`);
}

function Matrix({ overlap }: { overlap: OverlapOf }): ReactNode {
  const { t } = useTranslation("overview");
  const cell = useCells(overlap);
  return (
    <SystemMatrix label={t("overlap")} corner={t("overlap.corner")} systems={overlap.systems}>
      {overlap.systems.map((system) => (
        <tr key={system}>
          <th scope="row">
            <Text>{system}</Text>
          </th>
          {overlap.systems.map((other) => {
            const found = cell(system, other);
            if (!found) return <td key={other} />;
            const share = shareOf(found.customers);
            return (
              <td key={other} className="cell-num" data-own={system === other} style={heatStyle(share)}>
                <Behind count={found.customers} label={overlapWords(t, found)}>
                  {system === other ? <Num value={found.customers.count} /> : <ShareOf value={share} />}
                </Behind>
              </td>
            );
          })}
        </tr>
      ))}
    </SystemMatrix>
  );
}

function overlapWords(t: ReturnType<typeof useTranslation>["t"], { system, other, customers }: CellOf): string {
  const names = { system: isolated(system), other: isolated(other) };
  if (system === other) return t("overlap.own", { ...names, part: customers.count });
  return t("overlap.cell", { ...names, part: customers.count, whole: customers.base });
}

/** On a phone one system at a time, and how much of it each other knows. */
function OneByOne({ overlap }: { overlap: OverlapOf }): ReactNode {
  const { t } = useTranslation("overview");
  const cell = useCells(overlap);
  return (
    <OneSystem systems={overlap.systems}>
      {(chosen) => (
        <ul className="ov-findings">
          {overlap.systems
            .filter((other) => other !== chosen)
            .map((other) => {
              const found = cell(chosen, other);
              if (!found) return null;
              return (
                <li key={other}>
                  <span className="ov-finding">
                    <Behind count={found.customers} label={overlapWords(t, found)}>
                      <Text>{other}</Text>
                    </Behind>
                    <ShareOf value={shareOf(found.customers)} />
                  </span>
                  <Bar share={shareOf(found.customers)} />
                  <span className="soft ov-base">{overlapWords(t, found)}</span>
                </li>
              );
            })}
        </ul>
      )}
    </OneSystem>
  );
}

/** Which part of each system's customers the others know too. */
export function Overlap({ overlap }: { overlap: OverlapOf }): ReactNode {
  const { t } = useTranslation("overview");
  const isPhone = useIsPhone();
  if (overlap.systems.length < 2) return null;
  return (
    <Section id="overlap" title={t("overlap")} lead={t("overlap.lead")}>
      {isPhone ? <OneByOne overlap={overlap} /> : <Matrix overlap={overlap} />}
    </Section>
  );
}

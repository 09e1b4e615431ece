import { Segmented } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { Completeness as CompletenessOf } from "@/api/overview";
import { ShareOf } from "@/components/Num";
import { Section } from "@/components/Page";
import { useIsPhone } from "@/components/useIsPhone";
import { OneSystem, SystemMatrix } from "./BySystem";
import { Bar, Behind, heatStyle, shareOf } from "./Marks";
import { fieldWord, isolated, shareWords } from "./words";

type CellOf = CompletenessOf["cells"][number];
type Side = "held" | "lacking";

interface Props {
  held: CompletenessOf;
  side: Side;
}

function useCellWords(side: Side): (cell: CellOf) => string {
  const { t } = useTranslation("overview");
  return (cell) => {
    const names = { field: fieldWord(t, cell.field), system: isolated(cell.system) };
    return `${t(`completeness.${side}_in`, names)}: ${shareWords(t, cell[side])}`;
  };
}

function Share({ cell, side }: { cell: CellOf; side: Side }): ReactNode {
  const words = useCellWords(side);
  return (
    <Behind count={cell[side]} label={words(cell)}>
      <ShareOf value={shareOf(cell[side])} />
    </Behind>
  );
}

function NoPlace({ isShort = false }: { isShort?: boolean }): ReactNode {
  const { t } = useTranslation("overview");
  if (!isShort) return <span className="soft">{t("completeness.no_column")}</span>;
  return (
    <span className="soft" title={t("completeness.no_column")}>
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">{t("completeness.no_column")}</span>
    </span>
  );
}

function Matrix({ held, side }: Props): ReactNode {
  const { t } = useTranslation("overview");
  const byPlace = new Map(held.cells.map((cell) => [`${cell.field} ${cell.system}`, cell]));
  return (
    <SystemMatrix label={t("completeness")} corner={t("completeness.field")} systems={held.systems}>
      {held.fields.map((field) => (
        <tr key={field}>
          <th scope="row">{fieldWord(t, field)}</th>
          {held.systems.map((system) => {
            const cell = byPlace.get(`${field} ${system}`);
            const isThere = cell?.has_column ?? false;
            const share = cell && isThere ? shareOf(cell[side]) : 0;
            return (
              <td key={system} className="cell-num" data-none={!isThere} style={heatStyle(share)}>
                {cell && isThere ? <Share cell={cell} side={side} /> : <NoPlace isShort />}
              </td>
            );
          })}
        </tr>
      ))}
    </SystemMatrix>
  );
}

function OneByOne({ held, side }: Props): ReactNode {
  const { t } = useTranslation("overview");
  return (
    <OneSystem systems={held.systems}>
      {(chosen) => (
        <ul className="ov-findings ov-columns">
          {held.cells
            .filter((cell) => cell.system === chosen)
            .map((cell) => (
              <li key={cell.field}>
                <span className="ov-finding">
                  {fieldWord(t, cell.field)}
                  {cell.has_column ? <Share cell={cell} side={side} /> : <NoPlace />}
                </span>
                {cell.has_column && <Bar share={shareOf(cell[side])} />}
              </li>
            ))}
        </ul>
      )}
    </OneSystem>
  );
}

/** For how many of its customers each system holds each field, or lacks it; each cell opens them. */
export function Completeness({ held }: { held: CompletenessOf }): ReactNode {
  const { t } = useTranslation("overview");
  const isPhone = useIsPhone();
  const [search, setSearch] = useSearchParams();
  const side: Side = search.get("cells") === "lacking" ? "lacking" : "held";
  if (held.fields.length === 0 || held.systems.length === 0) return null;
  const choose = (next: Side): void =>
    setSearch(
      (before) => {
        if (next === "held") before.delete("cells");
        else before.set("cells", next);
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  const Shown = isPhone ? OneByOne : Matrix;
  return (
    <Section id="completeness" title={t("completeness")} lead={t(`completeness.lead_${side}`)}>
      <Segmented<Side>
        className="ov-side"
        aria-label={t("completeness.show")}
        value={side}
        onChange={choose}
        options={(["held", "lacking"] as const).map((value) => ({ value, label: t(`completeness.${value}`) }))}
      />
      <Shown held={held} side={side} />
    </Section>
  );
}

import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Completeness as CompletenessOf } from "@/api/overview";
import { ShareOf } from "@/components/Num";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { useIsPhone } from "@/components/useIsPhone";
import { Bar, heatStyle, shareOf } from "./Marks";
import { fieldWord, shareWords } from "./words";

type CellOf = CompletenessOf["cells"][number];

function Matrix({ held }: { held: CompletenessOf }): ReactNode {
  const { t } = useTranslation("overview");
  const byPlace = new Map(held.cells.map((cell) => [`${cell.field} ${cell.system}`, cell]));
  const show = (cell: CellOf | undefined): ReactNode => {
    if (!cell?.has_column) {
      return (
        <span className="soft" title={t("completeness.no_column")}>
          <span aria-hidden="true">–</span>
          <span className="visually-hidden">{t("completeness.no_column")}</span>
        </span>
      );
    }
    return (
      <span title={shareWords(t, cell.filled)}>
        <ShareOf value={shareOf(cell.filled)} />
      </span>
    );
  };
  return (
    <div className="scroll" role="region" tabIndex={0} aria-label={t("completeness")}>
      <table className="table ov-heat">
        <thead>
          <tr>
            <th scope="col">{t("completeness.field")}</th>
            {held.systems.map((system) => (
              <th scope="col" key={system} className="cell-num">
                <Text>{system}</Text>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {held.fields.map((field) => (
            <tr key={field}>
              <th scope="row">{fieldWord(t, field)}</th>
              {held.systems.map((system) => {
                const cell = byPlace.get(`${field} ${system}`);
                const share = cell?.has_column ? shareOf(cell.filled) : 0;
                return (
                  <td key={system} className="cell-num" data-none={!cell?.has_column} style={heatStyle(share)}>
                    {show(cell)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Bars({ held, system }: { held: CompletenessOf; system: string | null }): ReactNode {
  const { t } = useTranslation("overview");
  const cells = held.cells.filter((cell) => cell.system === system);
  return (
    <ul className="ov-findings ov-columns">
      {cells.map((cell) => (
        <li key={cell.field}>
          <span className="ov-finding">
            {fieldWord(t, cell.field)}
            {cell.has_column ? (
              <ShareOf value={shareOf(cell.filled)} />
            ) : (
              <span className="soft">{t("completeness.no_column")}</span>
            )}
          </span>
          {cell.has_column && <Bar share={shareOf(cell.filled)} />}
        </li>
      ))}
    </ul>
  );
}

function OneByOne({ held }: { held: CompletenessOf }): ReactNode {
  const { t } = useTranslation("overview");
  const [chosen, setChosen] = useState(held.systems[0] ?? "");
  const id = useId();
  return (
    <>
      <div className="choice ov-choice">
        <label htmlFor={id}>{t("overlap.choose")}</label>
        <select id={id} value={chosen} onChange={(event) => setChosen(event.target.value)}>
          {held.systems.map((system) => (
            <option key={system}>{system}</option>
          ))}
        </select>
      </div>
      <Bars held={held} system={chosen} />
    </>
  );
}

/** How far the fields are filled, by system; of the customers alone where only some of them are seen. */
export function Completeness({ held }: { held: CompletenessOf }): ReactNode {
  const { t } = useTranslation("overview");
  const isPhone = useIsPhone();
  if (held.fields.length === 0) return null;
  const Wide = isPhone ? OneByOne : Matrix;
  return (
    <Section id="completeness" title={t("completeness")} lead={t(`completeness.lead_${held.grain}`)}>
      {held.grain === "customers" ? <Bars held={held} system={null} /> : <Wide held={held} />}
    </Section>
  );
}

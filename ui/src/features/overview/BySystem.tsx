import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Text } from "@/components/Text";

interface MatrixProps {
  label: string;
  /** What the rows are. */
  corner: string;
  systems: string[];
  /** The rows, with a cell for each system. */
  children: ReactNode;
}

/** A heat map with a column for each system. */
export function SystemMatrix({ label, corner, systems, children }: MatrixProps): ReactNode {
  return (
    <div className="scroll" role="region" tabIndex={0} aria-label={label}>
      <table className="table ov-heat">
        <thead>
          <tr>
            <th scope="col">{corner}</th>
            {systems.map((system) => (
              <th scope="col" key={system} className="cell-num">
                <Text>{system}</Text>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

interface OneProps {
  systems: string[];
  children: (chosen: string) => ReactNode;
}

/** What such a heat map says of one system at a time: on a phone its columns have no room. */
export function OneSystem({ systems, children }: OneProps): ReactNode {
  const { t } = useTranslation("overview");
  const [chosen, setChosen] = useState(systems[0] ?? "");
  const id = useId();
  return (
    <>
      <div className="choice ov-choice">
        <label htmlFor={id}>{t("overlap.choose")}</label>
        <select id={id} value={chosen} onChange={(event) => setChosen(event.target.value)}>
          {systems.map((system) => (
            <option key={system}>{system}</option>
          ))}
        </select>
      </div>
      {children(chosen)}
    </>
  );
}

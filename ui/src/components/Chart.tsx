/** A chart and the same as a table. */
import { type ReactNode, useCallback, useEffect, useRef } from "react";
import { useLanguage } from "@/app/language";
import { useColours } from "@/app/theme";
import { Drawn } from "./Drawn";

export interface ChartData {
  /** Along the axis, or the slices of a pie. */
  categories: readonly string[];
  /** One line or set of bars each; a row of a heat map. */
  series: readonly { name: string; values: readonly (number | null)[] }[];
}

export interface Mark {
  category: number;
  series: number;
}

interface Props {
  kind: "bar" | "stacked" | "line" | "heatmap" | "pie";
  /** What it shows, in a sentence. */
  label: string;
  data: ChartData;
  format: (value: number) => string;
  /** What the axis counts. */
  unit?: string;
  height?: number;
  /** Opens what lies behind a mark. */
  onPick?: (pick: Mark) => void;
}

export function Chart({ kind, label, data, format, unit, height = 260, onPick }: Props): ReactNode {
  const { isRtl } = useLanguage();
  const colours = useColours();
  const latest = useRef({ onPick });
  useEffect(() => {
    latest.current = { onPick };
  });

  const spec = JSON.stringify({ kind, data, unit, isRtl, colours });
  const load = useCallback(async () => {
    const { draw } = await import("./chart-drawing");
    const wanted = JSON.parse(spec) as Parameters<typeof draw>[1];
    return (place: HTMLElement) => draw(place, { ...wanted, format }, (pick) => latest.current.onPick?.(pick));
  }, [spec, format]);

  return (
    <Drawn
      label={label}
      load={load}
      height={`${height}px`}
      table={<Table label={label} data={data} format={format} onPick={onPick} />}
    />
  );
}

function Table({ label, data, format, onPick }: Pick<Props, "label" | "data" | "format" | "onPick">): ReactNode {
  const cell = (value: number | null | undefined, pick: Mark): ReactNode => {
    if (value === null || value === undefined) return "–";
    if (!onPick) return <bdi>{format(value)}</bdi>;
    return (
      <button type="button" className="link" onClick={() => onPick(pick)}>
        <bdi>{format(value)}</bdi>
      </button>
    );
  };
  return (
    <div className="scroll">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            <td />
            {data.series.map(({ name }) => (
              <th scope="col" key={name} className="cell-num">
                <bdi>{name}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.categories.map((category, index) => (
            <tr key={category}>
              <th scope="row">
                <bdi>{category}</bdi>
              </th>
              {data.series.map(({ name, values }, series) => (
                <td key={name} className="cell-num">
                  {cell(values[index], { category: index, series })}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

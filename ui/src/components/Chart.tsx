/** A chart and the same as a table: for screen readers, for keyboards, for copying. The drawing part loads when needed. */
import { BarChartOutlined, TableOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLanguage } from "@/app/language";
import { useColours } from "@/app/theme";
import type { Drawing } from "./chart-drawing";

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
  const { t } = useTranslation("components");
  const { isRtl } = useLanguage();
  const colours = useColours();
  const [isTable, setIsTable] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef({ onPick });
  useEffect(() => {
    latest.current = { onPick };
  });

  const spec = JSON.stringify({ kind, data, unit, isRtl, colours });
  useEffect(() => {
    if (isTable || !place.current) return undefined;
    const element = place.current;
    let drawing: Drawing | null = null;
    let isGone = false;
    void import("./chart-drawing").then(({ draw }) => {
      if (isGone) return;
      const wanted = JSON.parse(spec) as Parameters<typeof draw>[1];
      drawing = draw(element, { ...wanted, format }, (pick) => latest.current.onPick?.(pick));
    });
    return () => {
      isGone = true;
      drawing?.dispose();
    };
  }, [isTable, spec, format]);

  return (
    <figure className="chart">
      <figcaption>
        <span>{label}</span>
        <Button
          type="text"
          size="small"
          icon={isTable ? <BarChartOutlined aria-hidden="true" /> : <TableOutlined aria-hidden="true" />}
          aria-pressed={isTable}
          aria-label={isTable ? t("chart.as_chart") : t("chart.as_table")}
          title={isTable ? t("chart.as_chart") : t("chart.as_table")}
          onClick={() => setIsTable(!isTable)}
        />
      </figcaption>
      {isTable ? (
        <Table label={label} data={data} format={format} onPick={onPick} />
      ) : (
        <div ref={place} dir="ltr" role="img" aria-label={label} style={{ blockSize: height }} />
      )}
    </figure>
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

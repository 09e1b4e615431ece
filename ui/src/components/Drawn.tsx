/** A picture and the same as a table: for screen readers, for keyboards, for copying, and where it cannot be drawn. */
import { BarChartOutlined, TableOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

export interface Drawing {
  dispose: () => void;
}

interface Props {
  /** What it shows, in a sentence. */
  label: string;
  caption?: ReactNode;
  /** Below the caption, whichever of the two is shown. */
  children?: ReactNode;
  /** Loads the drawing part when it is needed; the same function until the picture changes. */
  load: () => Promise<(place: HTMLElement) => Drawing>;
  height: string;
  icon?: ReactNode;
  table: ReactNode;
}

export function Drawn({ label, caption = label, children, load, height, icon, table }: Props): ReactNode {
  const { t } = useTranslation("components");
  const [isTable, setIsTable] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isTable || !place.current) return undefined;
    const element = place.current;
    let drawing: Drawing | null = null;
    let isGone = false;
    load().then(
      (draw) => {
        if (!isGone) drawing = draw(element);
      },
      () => {
        if (!isGone) setIsTable(true); // the connection broke; whoever asks for the picture again tries again
      },
    );
    return () => {
      isGone = true;
      drawing?.dispose();
    };
  }, [isTable, load]);
  const other = t(isTable ? "chart.as_chart" : "chart.as_table");
  return (
    <figure className="chart">
      <figcaption>
        <span>{caption}</span>
        <Button
          type="text"
          size="small"
          icon={isTable ? (icon ?? <BarChartOutlined aria-hidden="true" />) : <TableOutlined aria-hidden="true" />}
          aria-pressed={isTable}
          aria-label={other}
          title={other}
          onClick={() => setIsTable(!isTable)}
        />
      </figcaption>
      {children}
      {isTable ? table : <div ref={place} dir="ltr" role="img" aria-label={label} style={{ blockSize: height }} />}
    </figure>
  );
}

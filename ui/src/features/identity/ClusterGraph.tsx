/** The records and what links them, drawn; the same as a table. The drawing part loads when it is shown. */
import { ApartmentOutlined, TableOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Graph } from "@/api/review";
import { formatNumber } from "@/app/language";
import { useColours } from "@/app/theme";
import { Num } from "@/components/Num";
import { RecordName } from "@/features/customer/panels";
import type { GraphSpec } from "./graph-drawing";
import { Badge } from "./SideBySide";

export function bitsOf(weight: number): string {
  return formatNumber(weight, { signDisplay: "exceptZero", minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

function useSpec(graph: Graph): GraphSpec {
  const colours = useColours();
  return {
    nodes: graph.nodes.map(({ node, ref, side }) => ({
      id: String(node),
      number: formatNumber(node + 1),
      name: `${ref.source} ${ref.record_key ?? ""}`.trim(),
      side,
    })),
    links: graph.links.map((link) => ({
      source: String(link.a),
      target: String(link.b),
      bits: bitsOf(link.weight),
      weight: link.weight,
      isWeakest: link.crosses,
    })),
    colours,
  };
}

export function ClusterGraph({ graph }: { graph: Graph }): ReactNode {
  const { t } = useTranslation("identity");
  const [isTable, setIsTable] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const spec = JSON.stringify(useSpec(graph));
  useEffect(() => {
    if (isTable || !place.current) return undefined;
    const element = place.current;
    let dispose = (): void => {};
    let isGone = false;
    void import("./graph-drawing").then(({ drawGraph }) => {
      if (!isGone) ({ dispose } = drawGraph(element, JSON.parse(spec) as GraphSpec));
    });
    return () => {
      isGone = true;
      dispose();
    };
  }, [isTable, spec]);
  const label = t("graph.label", { count: graph.nodes.length, links: formatNumber(graph.links.length) });
  return (
    <figure className="chart">
      <figcaption>
        <span>{t("graph.how")}</span>
        <Button
          type="text"
          size="small"
          icon={isTable ? <ApartmentOutlined aria-hidden="true" /> : <TableOutlined aria-hidden="true" />}
          aria-pressed={isTable}
          aria-label={t(isTable ? "chart.as_chart" : "chart.as_table")}
          title={t(isTable ? "chart.as_chart" : "chart.as_table")}
          onClick={() => setIsTable(!isTable)}
        />
      </figcaption>
      <p className="id-weakest">
        {graph.weakest.links > 0
          ? t("graph.bridge", {
              count: graph.weakest.links,
              possible: formatNumber(graph.weakest.possible),
              bits: bitsOf(graph.weakest.weight),
            })
          : t("graph.no_bridge")}
      </p>
      {isTable ? (
        <Links graph={graph} label={label} />
      ) : (
        <div ref={place} dir="ltr" role="img" aria-label={label} className="id-graph" />
      )}
    </figure>
  );
}

function Links({ graph, label }: { graph: Graph; label: string }): ReactNode {
  const { t } = useTranslation("identity");
  const end = (place: number): ReactNode => {
    const found = graph.nodes.find(({ node }) => node === place);
    return (
      <>
        <Badge number={place + 1} /> {found && <RecordName record={found.ref} />}
      </>
    );
  };
  return (
    <div className="scroll">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{t("graph.one")}</th>
            <th scope="col">{t("graph.other")}</th>
            <th scope="col" className="cell-num">
              {t("graph.bits")}
            </th>
            <th scope="col" className="cell-num">
              {t("probability")}
            </th>
          </tr>
        </thead>
        <tbody>
          {graph.links.map((link) => (
            <tr key={`${link.a} ${link.b}`}>
              <td>{end(link.a)}</td>
              <td>{end(link.b)}</td>
              <td className="cell-num">
                <bdi>{bitsOf(link.weight)}</bdi>
                {link.crosses && <strong> · {t("graph.weakest")}</strong>}
              </td>
              <td className="cell-num">
                <Num value={link.probability} style="percent" maximumFractionDigits={1} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

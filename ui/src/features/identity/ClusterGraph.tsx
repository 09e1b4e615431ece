/** The records and what links them, drawn; the same as a table. */
import { ApartmentOutlined } from "@ant-design/icons";
import { type ReactNode, useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Graph } from "@/api/review";
import { formatNumber } from "@/app/language";
import { useColours } from "@/app/theme";
import { Drawn } from "@/components/Drawn";
import { Num } from "@/components/Num";
import { useIsPhone } from "@/components/useIsPhone";
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
  const spec = JSON.stringify(useSpec(graph));
  const load = useCallback(async () => {
    const { drawGraph } = await import("./graph-drawing");
    return (place: HTMLElement) => drawGraph(place, JSON.parse(spec) as GraphSpec);
  }, [spec]);
  const isPhone = useIsPhone();
  const label = t("graph.label", { count: graph.nodes.length, links: formatNumber(graph.links.length) });
  return (
    <Drawn
      label={label}
      caption={t("graph.how")}
      load={load}
      height={isPhone ? "15rem" : "18rem"}
      icon={<ApartmentOutlined aria-hidden="true" />}
      table={<Links graph={graph} label={label} />}
    >
      <p className="id-weakest">
        {graph.weakest.links > 0
          ? t("graph.bridge", {
              count: graph.weakest.links,
              possible: formatNumber(graph.weakest.possible),
              bits: bitsOf(graph.weakest.weight),
            })
          : t("graph.no_bridge")}
      </p>
    </Drawn>
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

/** Draws the graph of a cluster with ECharts: only the parts it needs, in our colours. */
import { GraphChart } from "echarts/charts";
import { TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { useColours } from "@/app/theme";
import type { Drawing } from "@/components/Drawn";

register([GraphChart, TooltipComponent, CanvasRenderer]);

export interface DrawnNode {
  id: string;
  /** What stands in the node. */
  number: string;
  /** What stands beside it. */
  name: string;
  side: "a" | "b";
}

export interface DrawnLink {
  source: string;
  target: string;
  bits: string;
  weight: number;
  isWeakest: boolean;
}

export interface GraphSpec {
  nodes: readonly DrawnNode[];
  links: readonly DrawnLink[];
  colours: ReturnType<typeof useColours>;
}

/** The sides differ by shape and by colour. */
const SHAPES = { a: "circle", b: "roundRect" } as const;
const isolated = (text: string): string => `\u2068${text}\u2069`;

/** Records on a circle, so that the picture is the same every time; one side is left, the other right. */
function placed(nodes: readonly DrawnNode[]): { x: number; y: number }[] {
  const sizes = {
    a: nodes.filter(({ side }) => side === "a").length,
    b: nodes.filter(({ side }) => side === "b").length,
  };
  const places = { a: 0, b: 0 };
  return nodes.map(({ side }) => {
    const spread = Math.min(Math.PI * 0.8, (sizes[side] - 1) * 0.7);
    const from = sizes[side] === 1 ? 0 : places[side] / (sizes[side] - 1) - 0.5;
    places[side] += 1;
    const angle = (side === "a" ? Math.PI : 0) + from * spread * (side === "a" ? -1 : 1);
    return { x: 150 * Math.cos(angle), y: 100 * Math.sin(angle) };
  });
}

function option({ nodes, links, colours }: GraphSpec): EChartsCoreOption {
  const places = placed(nodes);
  const heaviest = Math.max(1, ...links.map(({ weight }) => Math.abs(weight)));
  return {
    animationDuration: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 350,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: {
      renderMode: "richText",
      backgroundColor: colours.colorBgElevated,
      borderColor: colours.colorBorderSecondary,
      textStyle: { color: colours.colorText },
    },
    series: [
      {
        type: "graph",
        layout: "none",
        preserveAspect: true,
        left: 40,
        right: 40,
        top: 30,
        bottom: 30,
        symbolSize: 34,
        data: nodes.map(({ id, number, name, side }, index) => ({
          id,
          name: isolated(name),
          ...places[index],
          symbol: SHAPES[side],
          itemStyle: {
            color: colours.colorBgContainer,
            borderColor: colours.series[side === "a" ? 0 : 2],
            borderWidth: 2.5,
          },
          label: { show: true, formatter: number, color: colours.colorText, fontWeight: "bold" },
        })),
        links: links.map(({ source, target, bits, weight, isWeakest }) => ({
          source,
          target,
          value: bits,
          lineStyle: {
            color: isWeakest ? colours.colorError : colours.colorTextTertiary,
            width: isWeakest ? 3 : 1 + (4 * Math.max(0, weight)) / heaviest,
            type: isWeakest ? "dashed" : "solid",
            opacity: 1,
          },
          label: {
            show: links.length <= 8,
            formatter: bits,
            color: isWeakest ? colours.colorError : colours.colorTextSecondary,
            backgroundColor: colours.colorBgContainer,
            padding: [2, 4],
          },
          tooltip: { formatter: bits },
        })),
      },
    ],
  };
}

export function drawGraph(element: HTMLElement, spec: GraphSpec): Drawing {
  const chart = init(element);
  chart.setOption(option(spec));
  const observer = new ResizeObserver(() => chart.resize());
  observer.observe(element);
  return {
    dispose() {
      observer.disconnect();
      chart.dispose();
    },
  };
}

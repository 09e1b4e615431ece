/** Draws charts with ECharts: only the parts we use, in our colours, mirrored for languages that run right to left. */
import { BarChart, HeatmapChart, LineChart, PieChart } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { type EChartsCoreOption, init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { useColours } from "@/app/theme";
import type { ChartData, Mark } from "./Chart";
import type { Drawing } from "./Drawn";

register([
  BarChart,
  HeatmapChart,
  LineChart,
  PieChart,
  AriaComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
]);

export interface Spec {
  kind: "bar" | "stacked" | "line" | "heatmap" | "pie";
  data: ChartData;
  unit?: string;
  isRtl: boolean;
  colours: ReturnType<typeof useColours>;
  format: (value: number) => string;
}

/** What all kinds share. Text in a canvas has no `<bdi>`: foreign names are isolated by signs. */
const isolated = (text: string): string => `\u2068${text}\u2069`;

function frame({ colours, isRtl, format, kind }: Spec): EChartsCoreOption {
  return {
    color: [...colours.series],
    textStyle: { color: colours.colorText, fontFamily: getComputedStyle(document.body).fontFamily },
    animationDuration: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 350,
    tooltip: {
      trigger: kind === "line" || kind === "bar" || kind === "stacked" ? "axis" : "item",
      renderMode: "richText",
      backgroundColor: colours.colorBgElevated,
      borderColor: colours.colorBorderSecondary,
      textStyle: { color: colours.colorText },
      valueFormatter: (value: unknown) => (typeof value === "number" ? format(value) : "–"),
    },
    legend: {
      type: "scroll",
      bottom: 0,
      [isRtl ? "right" : "left"]: 0,
      textStyle: { color: colours.colorTextSecondary },
      align: isRtl ? "right" : "left",
    },
    grid: { top: 16, bottom: 28, left: 8, right: 8, containLabel: true },
  };
}

function axes({ data, colours, isRtl, unit, format }: Spec): EChartsCoreOption {
  const label = { color: colours.colorTextSecondary };
  return {
    xAxis: {
      type: "category",
      data: data.categories.map(isolated),
      inverse: isRtl,
      axisLabel: { ...label, hideOverlap: true },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.colorBorderSecondary } },
    },
    yAxis: {
      type: "value",
      position: isRtl ? "right" : "left",
      name: unit,
      nameTextStyle: { ...label, align: isRtl ? "right" : "left" },
      axisLabel: { ...label, formatter: (value: number) => format(value) },
      splitLine: { lineStyle: { color: colours.colorSplit } },
    },
  };
}

function bars(spec: Spec): EChartsCoreOption {
  const { data, kind } = spec;
  return {
    ...frame(spec),
    ...axes(spec),
    ...(data.series.length < 2 && { legend: { show: false } }),
    series: data.series.map(({ name, values }) => ({
      type: kind === "line" ? "line" : "bar",
      name: isolated(name),
      data: values,
      stack: kind === "stacked" ? "all" : undefined,
      barMaxWidth: 44,
      itemStyle: { borderRadius: kind === "bar" ? [4, 4, 0, 0] : 0 },
      symbolSize: 7,
      connectNulls: false,
    })),
  };
}

function heat(spec: Spec): EChartsCoreOption {
  const { data, colours, isRtl, format } = spec;
  const cells = data.series.flatMap(({ values }, row) => values.map((value, column) => [column, row, value ?? "-"]));
  const largest = Math.max(...data.series.flatMap(({ values }) => values.map((value) => value ?? 0)), 0);
  const { xAxis } = axes(spec) as { xAxis: object };
  return {
    ...frame(spec),
    legend: { show: false },
    xAxis: { ...xAxis, splitArea: { show: true } },
    yAxis: {
      type: "category",
      data: data.series.map(({ name }) => isolated(name)),
      inverse: true,
      position: isRtl ? "right" : "left",
      axisLabel: { color: colours.colorTextSecondary },
    },
    visualMap: { min: 0, max: largest, show: false, inRange: { color: [colours.cold, colours.heat] } },
    series: [
      {
        type: "heatmap",
        data: cells,
        label: { show: true, formatter: ({ value }: { value: [number, number, number] }) => format(value[2]) },
      },
    ],
  };
}

function slices(spec: Spec): EChartsCoreOption {
  const { data, colours } = spec;
  const values = data.series[0]?.values ?? [];
  return {
    ...frame(spec),
    series: [
      {
        type: "pie",
        radius: ["48%", "72%"],
        center: ["50%", "44%"],
        data: data.categories.map((name, index) => ({ name: isolated(name), value: values[index] ?? 0 })),
        label: { show: false },
        itemStyle: { borderColor: colours.colorBgContainer, borderWidth: 2 },
      },
    ],
  };
}

const OPTIONS = { bar: bars, stacked: bars, line: bars, heatmap: heat, pie: slices } as const;

interface Clicked {
  dataIndex: number;
  seriesIndex?: number;
  value: unknown;
}

export function draw(element: HTMLElement, spec: Spec, onPick: (mark: Mark) => void): Drawing {
  const chart = init(element);
  chart.setOption(OPTIONS[spec.kind](spec));
  chart.on("click", (event) => {
    const { dataIndex, seriesIndex = 0, value } = event as unknown as Clicked;
    if (spec.kind === "heatmap") {
      const [category, series] = value as [number, number];
      onPick({ category, series });
    } else onPick({ category: dataIndex, series: seriesIndex });
  });
  const observer = new ResizeObserver(() => chart.resize());
  observer.observe(element);
  return {
    dispose() {
      observer.disconnect();
      chart.dispose();
    },
  };
}

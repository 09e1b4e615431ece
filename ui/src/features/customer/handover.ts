/** The hand-over summary as parts of lines, in the reader's language: one meaning for the page and for the copied text. */
import type { TFunction } from "i18next";
import type { Attribute, Essential, Part, TimelineEntry, ToldFact } from "@/api/customer";
import type { Handover } from "@/api/picks";
import { formatMoment, formatNumber } from "@/app/language";
import { essentialLabel, fieldLabel, isolated, nameOfCode, typeLabel, wordsOf } from "./labels";

export interface HandoverLine {
  text: string;
  /** Where on the customer's page the line comes from. */
  tab: "profile" | "timeline" | "records" | "tasks" | "notes";
}

export interface HandoverPart {
  name: string;
  title: string;
  lines: HandoverLine[];
}

interface Reader {
  t: TFunction;
  language: string;
}

const LONGEST = 280;
const DAY = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/;

export function partsOf(summary: Handover, reader: Reader): HandoverPart[] {
  const { t } = reader;
  const parts: [name: string, tab: HandoverLine["tab"], lines: string[]][] = [
    ["who", "profile", summary.who.map((line) => essential(line, reader))],
    ["contacts", "timeline", summary.contacts.map((entry) => contact(entry, reader))],
    ["open", "timeline", summary.open_conversations.map((entry) => contact(entry, reader))],
    ["told", "profile", summary.told.map((fact) => told(fact, reader))],
    [
      "tasks",
      "tasks",
      (summary.tasks ?? []).map((task) => {
        const title = task.title.text ?? hidden(t, task.title.hidden_by);
        const due = task.due_on ? t("handover.due", { day: day(task.due_on) }) : "";
        return joined([isolated(title), isolated(task.owner.name), due]);
      }),
    ],
    [
      "notes",
      "notes",
      (summary.notes ?? []).map((note) => {
        const said = note.body.text === null ? hidden(t, note.body.hidden_by) : isolated(cut(note.body.text));
        return `${day(note.created_at)} · ${isolated(note.author.name)}: ${said}`;
      }),
    ],
    ["contradictions", "records", summary.contradictions.map((one) => contradiction(one, reader))],
  ];
  return parts
    .filter(([, , lines]) => lines.length > 0)
    .map(([name, tab, lines]) => ({
      name,
      title: t(`handover.${name}`),
      lines: lines.map((text) => ({ text, tab })),
    }));
}

export function titleOf(summary: Handover, t: TFunction): string {
  const name = summary.display_name ?? summary.customer_id;
  return t("handover.of", { name: isolated(name) });
}

/** Plain text, for a message to somebody outside of the house's pages. */
export function textOf(summary: Handover, reader: Reader): string {
  const parts = partsOf(summary, reader).map(({ title, lines }) =>
    [title, ...lines.map(({ text }) => `- ${text}`)].join("\n"),
  );
  return [titleOf(summary, reader.t), ...parts].join("\n\n");
}

function essential(line: Essential, reader: Reader): string {
  return `${essentialLabel(reader.t, line)}: ${joined(line.parts.map((part) => partText(part, reader)))}`;
}

function partText(part: Part, { t, language }: Reader): string {
  const { value } = part;
  if (value === null) return hidden(t, part.hidden_by);
  if (part.type === "count")
    return t(`count.${part.name}`, { count: Number(value), defaultValue: formatNumber(Number(value)) });
  if (part.type === "complaint") return t("complaint.open");
  if (typeof value !== "object")
    return valueText(part.type === "language" ? "language" : part.type, String(value), language);
  const facts = value as Record<string, unknown>;
  if (part.type === "time_zone") return isolated(String(facts.zone));
  if (part.type === "list") return isolated((value as string[]).join(", "));
  if (part.type === "trade") return formatNumber(Number(facts.count));
  const score = typeof facts.score === "number" ? formatNumber(facts.score) : "";
  const type = typeof facts.type === "string" ? wordsOf(facts.type) : "";
  return joined([score, type, typeof facts.at === "string" ? day(facts.at) : ""]);
}

function contact(entry: TimelineEntry, { t }: Reader): string {
  const what = entry.title ?? (entry.text ? cut(entry.text) : "");
  const policy = what ? null : (entry.hidden.title ?? entry.hidden.text);
  return joined([
    entry.occurred_at ? day(entry.occurred_at) : "",
    t(`department.${entry.department}`),
    typeLabel(t, entry.kind, entry.event_type),
    what && isolated(what),
    policy ? hidden(t, policy) : "",
    entry.status ? isolated(wordsOf(entry.status)) : "",
    entry.counterpart ? `${t("timeline.with")} ${isolated(entry.counterpart)}` : "",
    entry.source ? isolated(entry.source) : "",
  ]);
}

function told(fact: ToldFact, { t, language }: Reader): string {
  const value = fact.value === null ? hidden(t, fact.hidden_by) : valueText(fact.name, fact.value, language);
  const where = joined([isolated(fact.systems.join(", ")), fact.told_at ? day(fact.told_at) : ""]);
  const doubt = fact.is_disputed ? ` · ${t("told.disputed")}` : "";
  return `${fieldLabel(t, fact.name)}: ${value} (${where})${doubt}`;
}

function contradiction(attribute: Attribute, { t, language }: Reader): string {
  const said = [attribute, ...attribute.others.slice(0, 3)].map(({ value, systems }) => {
    const shown = value === null ? hidden(t, attribute.hidden_by) : valueText(attribute.name, value, language);
    return `${shown} (${isolated(systems.join(", "))})`;
  });
  const settled = attribute.pick
    ? ` · ${t("pick.by", { who: isolated(attribute.pick.by_name) })} ${day(attribute.pick.at)}`
    : "";
  return `${fieldLabel(t, attribute.name)}: ${said.join(" ≠ ")}${settled}`;
}

function valueText(name: string, value: string, language: string): string {
  const meaning = name.split(":")[0];
  if (meaning === "language") return nameOfCode(language, "language", value);
  if (meaning === "country" && value.length === 2) return nameOfCode(language, "region", value);
  return DAY.test(value) ? day(value) : isolated(cut(value));
}

function hidden(t: TFunction, policy: string | null | undefined): string {
  return t("handover.hidden", { policy: isolated(policy ?? "") });
}

function day(moment: string): string {
  return formatMoment(moment.slice(0, 10), "date");
}

function cut(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

function joined(parts: readonly string[]): string {
  return parts.filter(Boolean).join(" · ");
}

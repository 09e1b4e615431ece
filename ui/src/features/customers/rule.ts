/** Conditions of the filter builder, and the rule (docs/reference/rules.md) that says the same. */
import type { Attribute } from "@/api/customers";

export type Operator = "in" | "not in" | "~" | "=" | ">=" | "<=" | "is known" | "is unknown";

export interface Condition {
  attribute: string;
  operator: Operator;
  /** Of "in" and "not in" any number, of "is known" none, else one. */
  values: (string | number | boolean)[];
}

export const OPERATORS: Record<Attribute["type"], readonly Operator[]> = {
  text: ["in", "not in", "~", "is known", "is unknown"],
  list: ["in", "not in"],
  number: [">=", "<=", "=", "is known", "is unknown"],
  moment: [">=", "<=", "=", "is known", "is unknown"],
  flag: ["=", "is known", "is unknown"],
};

export const hasNoValue = (operator: Operator): boolean => operator.startsWith("is ");

const PLAIN_NAME = /^[\p{L}_][\p{L}\p{N}_]*(?:[.:][\p{L}\p{N}_]+)*$/u;
const WORDS = new Set(["and", "or", "not", "in", "is", "known", "unknown", "true", "false"]);

function nameText(name: string): string {
  return PLAIN_NAME.test(name) && !WORDS.has(name.toLowerCase()) && !name.startsWith("my.") ? name : `\`${name}\``;
}

function literal(value: string | number | boolean): string {
  return typeof value === "string" ? `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"` : String(value);
}

function conditionText({ attribute, operator, values }: Condition): string {
  const name = nameText(attribute);
  if (hasNoValue(operator)) return `${name} ${operator}`;
  if (operator === "in" && values.length === 1) return `${name} = ${literal(values[0] ?? "")}`;
  if (operator === "in" || operator === "not in") return `${name} ${operator} (${values.map(literal).join(", ")})`;
  return `${name} ${operator} ${literal(values[0] ?? "")}`;
}

export function toRule(conditions: readonly Condition[]): string {
  return conditions.map(conditionText).join(" and ");
}

const TOKEN =
  /\s*("(?:[^"\\]|\\["\\])*"|`[^`]+`|-?\d+(?:\.\d+)?(?![\p{L}\p{N}_.])|[\p{L}_][\p{L}\p{N}_.:]*|!=|<=|>=|[=<>~(),])/uy;

function tokensOf(text: string): string[] | null {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const found = TOKEN.exec(text);
    if (!found?.[1]) return null;
    tokens.push(found[1]);
  }
  return tokens;
}

function valueOf(token: string | undefined): string | number | boolean | undefined {
  if (token === undefined) return undefined;
  if (token.startsWith('"')) return token.slice(1, -1).replaceAll(/\\(.)/g, "$1");
  if (token === "true" || token === "false") return token === "true";
  return /^-?\d/.test(token) ? Number(token) : undefined;
}

/** The conditions of a rule that is a plain list of them joined by "and"; null where it says more than that. */
export function fromRule(text: string, types: ReadonlyMap<string, Attribute["type"]>): Condition[] | null {
  if (!text.trim()) return [];
  const tokens = tokensOf(text);
  if (!tokens) return null;
  const conditions: Condition[] = [];
  let at = 0;
  const take = (): string | undefined => tokens[at++];
  while (at < tokens.length) {
    if (conditions.length > 0 && take()?.toLowerCase() !== "and") return null;
    const name = take();
    if (!name || !/^[`\p{L}_]/u.test(name)) return null;
    const attribute = name.startsWith("`") ? name.slice(1, -1) : name;
    const type = types.get(attribute);
    let operator = take()?.toLowerCase();
    if (operator === "is" || operator === "not") operator = `${operator} ${take()?.toLowerCase()}`;
    let values: (string | number | boolean | undefined)[] = [];
    if (operator === "in" || operator === "not in") {
      if (take() !== "(") return null;
      do values.push(valueOf(take()));
      while (tokens[at++] === ",");
      if (tokens[at - 1] !== ")") return null;
    } else if (operator && !operator.startsWith("is ")) {
      values = [valueOf(take())];
      if (operator === "=" && (type === "text" || type === "list")) operator = "in";
    }
    if (!type || values.includes(undefined) || !OPERATORS[type].includes(operator as Operator)) return null;
    conditions.push({ attribute, operator: operator as Operator, values: values as Condition["values"] });
  }
  return conditions;
}

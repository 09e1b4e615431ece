/** The filter builder: conditions one by one, or the rule as text. */
import { CloseOutlined, CodeOutlined, FilterOutlined } from "@ant-design/icons";
import { Button, Input, InputNumber, Popover, Segmented, Select } from "antd";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Attribute, useFacet } from "@/api/customers";
import { formatNumber } from "@/app/language";
import { Text } from "@/components/Text";
import { attributeLabel, byName } from "./labels";
import { type Condition, fromRule, hasNoValue, type Operator, OPERATORS, toRule } from "./rule";
import { useDebounced } from "./useDebounced";

/** The calendar is large and few need it: it comes when a filter asks for a day. */
const DateField = lazy(async () => ({ default: (await import("@/components/DateField")).DateField }));

interface Props {
  rule: string;
  onChange: (rule: string) => void;
  attributes: readonly Attribute[];
}

function Values({ attribute, condition, onChange }: EditorProps & { attribute: Attribute }): ReactNode {
  const { t } = useTranslation("customers");
  const [typed, setTyped] = useState("");
  const isChoice = condition.operator === "in" || condition.operator === "not in";
  const facet = useFacet(isChoice ? attribute.name : null, useDebounced(typed, 250));
  const set = (values: Condition["values"]): void => onChange({ ...condition, values });
  const label = t("filter.value");
  if (hasNoValue(condition.operator)) return null;
  if (isChoice) {
    const options = (facet.data?.items ?? []).map(({ value, customers }) => ({
      value: String(value),
      label: (
        <span className="cl-facet">
          <Text>{String(value)}</Text>
          <span className="soft num">
            {facet.data?.is_estimate ? "≈ " : ""}
            {formatNumber(customers)}
          </span>
        </span>
      ),
    }));
    return (
      <Select
        mode="tags"
        aria-label={label}
        placeholder={label}
        value={condition.values.map(String)}
        onChange={(values: string[]) => set(values)}
        showSearch={{ filterOption: false, onSearch: setTyped }}
        options={options}
        loading={facet.isFetching}
        notFoundContent={facet.error ? t("filter.no_values") : null}
        optionLabelProp="value"
        className="cl-wide"
      />
    );
  }
  if (attribute.type === "number") {
    const value = condition.values[0];
    return (
      <InputNumber
        aria-label={label}
        value={typeof value === "number" ? value : null}
        onChange={(next) => set(next === null ? [] : [Number(next)])}
        className="cl-wide"
      />
    );
  }
  if (attribute.type === "moment") {
    return (
      <Suspense fallback={null}>
        <DateField
          label={label}
          value={condition.values[0] === undefined ? null : String(condition.values[0])}
          onChange={(day) => set(day ? [day] : [])}
        />
      </Suspense>
    );
  }
  if (attribute.type === "flag") {
    return (
      <Segmented
        aria-label={label}
        value={condition.values[0] === undefined ? "" : String(condition.values[0])}
        options={["true", "false"].map((value) => ({ value, label: t(value === "true" ? "yes" : "no") }))}
        onChange={(value) => set([value === "true"])}
      />
    );
  }
  return (
    <Input
      aria-label={label}
      placeholder={label}
      value={String(condition.values[0] ?? "")}
      onChange={({ target }) => set(target.value ? [target.value] : [])}
    />
  );
}

interface EditorProps {
  condition: Condition;
  onChange: (condition: Condition) => void;
}

function Editor({
  start,
  attributes,
  onDone,
}: {
  start: Condition | null;
  attributes: readonly Attribute[];
  onDone: (condition: Condition) => void;
}): ReactNode {
  const { t } = useTranslation("customers");
  const [condition, setCondition] = useState<Condition | null>(start);
  const attribute = condition ? byName(attributes).get(condition.attribute) : undefined;
  const isComplete = condition && (hasNoValue(condition.operator) || condition.values.length > 0);
  const begin = (name: string): void => {
    const type = byName(attributes).get(name)?.type ?? "text";
    setCondition({ attribute: name, operator: OPERATORS[type][0] ?? "in", values: [] });
  };
  return (
    <form
      className="cl-editor"
      onSubmit={(event) => {
        event.preventDefault();
        if (condition && isComplete) onDone(condition);
      }}
    >
      <Select
        aria-label={t("filter.attribute")}
        placeholder={t("filter.attribute")}
        value={condition?.attribute ?? null}
        onChange={begin}
        showSearch={{ optionFilterProp: "label" }}
        options={attributes
          .filter(({ is_searchable }) => is_searchable)
          .map(({ name }) => ({ value: name, label: attributeLabel(t, name) }))}
        className="cl-wide"
      />
      {condition && attribute && (
        <>
          <Select
            aria-label={t("filter.operator")}
            value={condition.operator}
            onChange={(operator: Operator) =>
              setCondition({ ...condition, operator, values: hasNoValue(operator) ? [] : condition.values })
            }
            options={OPERATORS[attribute.type].map((value) => ({ value, label: t(`operator.${value}`) }))}
            className="cl-wide"
          />
          <Values attribute={attribute} condition={condition} onChange={setCondition} />
          {!attribute.is_fast && <p className="soft cl-note">{t("filter.slow")}</p>}
        </>
      )}
      <Button htmlType="submit" type="primary" disabled={!isComplete}>
        {t("filter.apply")}
      </Button>
    </form>
  );
}

function Chip({ condition, onRemove, children }: { condition: Condition; onRemove: () => void; children: ReactNode }) {
  const { t } = useTranslation("customers");
  return (
    <span className="cl-chip">
      {children}
      <button
        type="button"
        aria-label={t("filter.remove", { name: attributeLabel(t, condition.attribute) })}
        onClick={onRemove}
      >
        <CloseOutlined />
      </button>
    </span>
  );
}

function ConditionWords({ condition }: { condition: Condition }): ReactNode {
  const { t } = useTranslation("customers");
  const values = condition.values.map((value) => (typeof value === "number" ? formatNumber(value) : String(value)));
  return (
    <>
      {attributeLabel(t, condition.attribute)} <span className="soft">{t(`operator.${condition.operator}`)}</span>{" "}
      <Text>{values.join(", ")}</Text>
    </>
  );
}

function RuleText({ rule, onChange }: Pick<Props, "rule" | "onChange">): ReactNode {
  const { t } = useTranslation("customers");
  const [text, setText] = useState(rule);
  return (
    <form
      className="cl-rule"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(text.trim());
      }}
    >
      <Input.TextArea
        aria-label={t("filter.as_text")}
        autoSize={{ minRows: 1, maxRows: 6 }}
        dir="ltr"
        spellCheck={false}
        value={text}
        placeholder='country in ("GR", "IR") and last_contact_at >= "2026-01-01"'
        onChange={({ target }) => setText(target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            onChange(text.trim());
          }
        }}
      />
      <Button htmlType="submit" type="primary">
        {t("filter.apply")}
      </Button>
    </form>
  );
}

export function Filters({ rule, onChange, attributes }: Props): ReactNode {
  const { t } = useTranslation("customers");
  const [isText, setIsText] = useState(false);
  const [open, setOpen] = useState<number | null>(null);
  const types = new Map(attributes.map(({ name, type }) => [name, type]));
  const conditions = fromRule(rule, types);
  const asText = isText || conditions === null;
  const replace = (place: number, condition: Condition | null): void => {
    const next = [...(conditions ?? [])];
    next.splice(place, 1, ...(condition ? [condition] : []));
    setOpen(null);
    onChange(toRule(next));
  };
  const editor = (place: number, start: Condition | null): ReactNode => (
    <Editor start={start} attributes={attributes} onDone={(condition) => replace(place, condition)} />
  );
  const popover = (place: number, start: Condition | null, child: ReactNode): ReactNode => (
    <Popover
      key={place}
      trigger="click"
      placement="bottomLeft"
      open={open === place}
      onOpenChange={(isOpen) => setOpen(isOpen ? place : null)}
      content={editor(place, start)}
    >
      {child}
    </Popover>
  );
  return (
    <div className="cl-filters" role="group" aria-label={t("filter.title")}>
      {asText ? (
        <RuleText key={rule} rule={rule} onChange={onChange} />
      ) : (
        <>
          {conditions.map((condition, place) => (
            <Chip key={toRule([condition])} condition={condition} onRemove={() => replace(place, null)}>
              {popover(
                place,
                condition,
                <button type="button" className="cl-chip-words">
                  <ConditionWords condition={condition} />
                </button>,
              )}
            </Chip>
          ))}
          {popover(
            conditions.length,
            null,
            <Button icon={<FilterOutlined />} type="dashed">
              {t("filter.add")}
            </Button>,
          )}
        </>
      )}
      <Button
        type="text"
        icon={<CodeOutlined />}
        aria-pressed={asText}
        disabled={conditions === null}
        onClick={() => setIsText(!asText)}
      >
        {t(asText ? "filter.as_conditions" : "filter.as_text")}
      </Button>
      {rule && (
        <Button type="text" onClick={() => onChange("")}>
          {t("filter.clear")}
        </Button>
      )}
    </div>
  );
}

import { Radio } from "antd";
import type { ReactNode } from "react";

interface Props<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string; note?: ReactNode }[];
  onChange: (value: Value) => void;
}

/** One of a few, each with a word on what it looks like. */
export function Choices<Value extends string>({ label, value, options, onChange }: Props<Value>): ReactNode {
  return (
    <fieldset className="choices">
      <legend>{label}</legend>
      <Radio.Group aria-label={label} value={value} onChange={(event) => onChange(event.target.value as Value)}>
        {options.map((option) => (
          <Radio key={option.value} value={option.value}>
            {option.label} {option.note && <span className="soft">{option.note}</span>}
          </Radio>
        ))}
      </Radio.Group>
    </fieldset>
  );
}

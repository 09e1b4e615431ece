/** Which columns the list shows, and in which order. */
import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined, TableOutlined } from "@ant-design/icons";
import { Button, Popover, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Attribute } from "@/api/customers";
import { attributeLabel } from "./labels";

interface Props {
  attributes: readonly Attribute[];
  chosen: readonly string[];
  isUsual: boolean;
  onChange: (columns: readonly string[]) => void;
}

export function Columns({ attributes, chosen, isUsual, onChange }: Props): ReactNode {
  const { t } = useTranslation("customers");
  const swapped = (place: number): string[] => {
    const next = [...chosen];
    const [moved = ""] = next.splice(place, 1);
    next.splice(place - 1, 0, moved);
    return next;
  };
  const content = (
    <div className="cl-columns">
      <ol>
        {chosen.map((name, place) => {
          const label = attributeLabel(t, name);
          return (
            <li key={name}>
              <span>{label}</span>
              <Button
                size="small"
                type="text"
                icon={<ArrowUpOutlined />}
                aria-label={t("columns.up", { name: label })}
                disabled={place === 0}
                onClick={() => onChange(swapped(place))}
              />
              <Button
                size="small"
                type="text"
                icon={<ArrowDownOutlined />}
                aria-label={t("columns.down", { name: label })}
                disabled={place === chosen.length - 1}
                onClick={() => onChange(swapped(place + 1))}
              />
              <Button
                size="small"
                type="text"
                icon={<CloseOutlined />}
                aria-label={t("columns.remove", { name: label })}
                disabled={chosen.length === 1}
                onClick={() => onChange(chosen.filter((other) => other !== name))}
              />
            </li>
          );
        })}
      </ol>
      <Select
        aria-label={t("columns.add")}
        placeholder={t("columns.add")}
        value={null}
        showSearch={{ optionFilterProp: "label" }}
        onChange={(name: string) => onChange([...chosen, name])}
        options={attributes
          .filter(({ name }) => !chosen.includes(name))
          .map(({ name }) => ({ value: name, label: attributeLabel(t, name) }))}
        className="cl-wide"
      />
      {!isUsual && (
        <Button type="link" onClick={() => onChange([])}>
          {t("columns.usual")}
        </Button>
      )}
    </div>
  );
  return (
    <Popover trigger="click" placement="bottomRight" content={content} title={t("columns")}>
      <Button icon={<TableOutlined />}>{t("columns")}</Button>
    </Popover>
  );
}

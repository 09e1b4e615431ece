/** Masks: one per kind of personal data, and for single fields where those are to differ. */
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Vocabulary } from "@/api/roles";
import { useWords } from "./words";

type Masks = Record<string, string>;

interface Props {
  vocabulary: Vocabulary;
  masks: Masks;
  isReadOnly: boolean;
  onChange: (masks: Masks) => void;
}

interface ChoiceProps {
  label: string;
  value: string;
  masks: string[];
  /** What is offered where nothing is set. */
  unset?: string;
  isReadOnly: boolean;
  onChange: (mask: string) => void;
}

function Choice({ label, value, masks, unset, isReadOnly, onChange }: ChoiceProps): ReactNode {
  const words = useWords();
  return (
    <select
      className="select"
      aria-label={label}
      value={value}
      disabled={isReadOnly}
      data-mask={value}
      onChange={({ target }) => onChange(target.value)}
    >
      {unset !== undefined && <option value="">{unset}</option>}
      {masks.map((mask) => (
        <option key={mask} value={mask}>
          {words.mask(mask)}
        </option>
      ))}
    </select>
  );
}

function without(masks: Masks, name: string): Masks {
  const { [name]: _dropped, ...rest } = masks;
  return rest;
}

function Fields({ vocabulary, masks, isReadOnly, onChange }: Props): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  const listId = useId();
  const [wanted, setWanted] = useState("");
  const named = Object.keys(masks).filter((name) => !name.startsWith("pii:") && name !== "*");
  const known = Object.values(vocabulary.classes).flat();
  const add = (): void => {
    const name = wanted.trim();
    if (name) onChange({ ...masks, [name]: "hidden" });
    setWanted("");
  };
  return (
    <>
      <h3>{t("masks.fields")}</h3>
      <p className="soft">{t("masks.fields_what")}</p>
      <ul className="mask-list">
        {named.map((name) => (
          <li key={name}>
            <span>
              {words.field(name)} <code dir="ltr">{name}</code>
            </span>
            <Choice
              label={t("masks.of", { name: words.field(name) })}
              value={masks[name] ?? ""}
              masks={vocabulary.masks}
              isReadOnly={isReadOnly}
              onChange={(mask) => onChange({ ...masks, [name]: mask })}
            />
            {!isReadOnly && (
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={t("masks.remove", { name: words.field(name) })}
                onClick={() => onChange(without(masks, name))}
              />
            )}
          </li>
        ))}
      </ul>
      {!isReadOnly && (
        <div className="mask-add">
          <Input
            dir="ltr"
            list={listId}
            value={wanted}
            maxLength={200}
            placeholder="text:remarks"
            aria-label={t("masks.add_label")}
            onChange={({ target }) => setWanted(target.value)}
            onPressEnter={add}
          />
          <datalist id={listId}>
            {known.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <Button icon={<PlusOutlined />} disabled={!wanted.trim()} onClick={add}>
            {t("masks.add")}
          </Button>
        </div>
      )}
    </>
  );
}

export function MaskEditor(props: Props): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  const { vocabulary, masks, isReadOnly, onChange } = props;
  const rest = masks["*"] ?? "none";
  return (
    <>
      <ul className="mask-list">
        {Object.entries(vocabulary.classes).map(([name, fields]) => (
          <li key={name}>
            <span>
              {words.piiClass(name)}
              <span className="soft mask-fields">
                {fields.filter(words.isNamed).slice(0, 6).map(words.field).join(t("comma"))}
              </span>
            </span>
            <Choice
              label={t("masks.of", { name: words.piiClass(name) })}
              value={masks[`pii:${name}`] ?? ""}
              unset={words.mask(rest)}
              masks={vocabulary.masks.filter((mask) => mask !== rest || masks[`pii:${name}`] === mask)}
              isReadOnly={isReadOnly}
              onChange={(mask) =>
                onChange(mask === "" ? without(masks, `pii:${name}`) : { ...masks, [`pii:${name}`]: mask })
              }
            />
          </li>
        ))}
      </ul>
      <Fields {...props} />
    </>
  );
}

/** What somebody with this role would see: how many customers, and one of them with its masks. */
import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { type ReactNode, useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import type { Preview, ShownField } from "@/api/roles";
import { useLanguage } from "@/app/language";
import { ErrorLine } from "@/components/ErrorState";
import { Shown } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Num } from "@/components/Num";
import { Text } from "@/components/Text";
import { MaskTag, useWords } from "./words";

interface Props {
  preview: Preview | undefined;
  error: unknown;
  /** Whether the numbers belong to an older draft. */
  isStale: boolean;
  /** Attributes of a person that the scopes mention. */
  myNames: string[];
  my: Record<string, string>;
  onMy: (my: Record<string, string>) => void;
}

function Value({ field }: { field: ShownField }): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  const { value, mask, is_limited } = field;
  const reason = is_limited ? t("preview.yours") : mask === "none" ? null : words.mask(mask);
  if ((value === null || value === "") && reason === null) return <span className="soft">{t("preview.empty")}</span>;
  const isMoment = typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value);
  const shown =
    value === null ? null : typeof value === "number" ? (
      <Num value={value} />
    ) : isMoment ? (
      <Moment value={value} as="day" />
    ) : (
      <Text>{String(value)}</Text>
    );
  return <Shown value={shown} hiddenBy={reason} />;
}

function Customer({ fields }: { fields: ShownField[] }): ReactNode {
  const words = useWords();
  return (
    <dl className="preview-card">
      {fields.map((field) => (
        <div key={field.name}>
          <dt>{words.field(field.name)}</dt>
          <dd>
            <Value field={field} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Sample({ preview }: { preview: Preview }): ReactNode {
  const { t } = useTranslation("roles");
  const { isRtl } = useLanguage();
  const [place, setPlace] = useState(0);
  const count = preview.customers.length;
  const chosen = preview.customers[Math.min(place, count - 1)];
  const [Back, On] = isRtl ? [RightOutlined, LeftOutlined] : [LeftOutlined, RightOutlined];
  if (!chosen) return <p className="soft">{t("preview.nobody")}</p>;
  return (
    <>
      <div className="preview-head">
        <h3>{t("preview.sample")}</h3>
        <span>
          <Button
            size="small"
            icon={<Back />}
            aria-label={t("preview.before")}
            disabled={place <= 0}
            onClick={() => setPlace(place - 1)}
          />
          <Button
            size="small"
            icon={<On />}
            aria-label={t("preview.next")}
            disabled={place >= count - 1}
            onClick={() => setPlace(place + 1)}
          />
        </span>
      </div>
      <Customer fields={chosen.fields} />
    </>
  );
}

export function PreviewPanel({ preview, error, isStale, myNames, my, onMy }: Props): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  const others = preview?.fields.filter(({ name, mask }) => mask !== "none" && !preview.customers[0]?.fields.some((field) => field.name === name)); // prettier-ignore
  return (
    <div className="preview" data-stale={isStale || Boolean(error)}>
      {myNames.map((name) => (
        <label key={name} className="preview-my">
          <span>
            {t("preview.my")} <code dir="ltr">my.{name}</code>
          </span>
          <Input
            value={my[name] ?? ""}
            placeholder={t("preview.my_unset")}
            onChange={({ target }) => onMy({ ...my, [name]: target.value })}
          />
        </label>
      ))}
      <div role="status">
        {preview && (
          <p className="preview-count">
            <Trans
              t={t}
              i18nKey="preview.count"
              components={{ seen: <Num value={preview.visible} />, all: <Num value={preview.total} /> }}
            />
          </p>
        )}
        {Boolean(error) && <ErrorLine error={error} />}
      </div>
      {!preview && !error && <Loading lines={6} />}
      {preview && <Sample preview={preview} />}
      {others && others.length > 0 && (
        <>
          <h3>{t("preview.others")}</h3>
          <ul className="preview-others">
            {others.map(({ name, mask }) => (
              <li key={name}>
                {words.field(name)} <MaskTag mask={mask} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

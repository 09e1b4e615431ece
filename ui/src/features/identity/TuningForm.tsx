/** Threshold, weights, sources and rules: what a person may set on top of what the records taught. */
import { Button, Checkbox, InputNumber, Select } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Tuning } from "@/api/previews";
import { formatNumber } from "@/app/language";
import { usePreferences } from "@/app/preferences";
import { Field } from "@/components/Field";
import { ShareOf } from "@/components/Num";
import { Text } from "@/components/Text";
import { FieldName } from "@/features/customer/panels";
import { draftOf, type Factor, isSame, toggled, type TuningDraft, withFactor } from "./tuning";

const WEIGHTS: readonly Factor[] = ["ignore", 0.25, 0.5, 0.75, 1, 1.5, 2, 3];
const TRUST: readonly number[] = [0.25, 0.5, 0.75, 1, 1.5, 2, 3];

interface Props {
  tuning: Tuning;
  initial: TuningDraft;
  /** Absent where the person may only look. */
  onAsk?: (draft: TuningDraft) => Promise<void>;
}

export function TuningForm({ tuning, initial, onAsk }: Props): ReactNode {
  const { t } = useTranslation("identity");
  const [draft, setDraft] = useState(initial);
  const [isBusy, setIsBusy] = useState(false);
  const present = draftOf(tuning.settings);
  const change = (part: Partial<TuningDraft>): void => setDraft({ ...draft, ...part });
  const isNow = isSame(draft, present);
  const ask = async (): Promise<void> => {
    setIsBusy(true);
    await onAsk?.(draft);
    setIsBusy(false);
  };
  return (
    <form
      className="id-tuning"
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      <fieldset disabled={!onAsk}>
        <Threshold tuning={tuning} value={draft.link_at} onChange={(link_at) => change({ link_at })} />
        <Weights tuning={tuning} draft={draft} onChange={change} />
        <Sources tuning={tuning} draft={draft} onChange={change} />
        <Never tuning={tuning} draft={draft} onChange={change} />
      </fieldset>
      {onAsk ? (
        <div className="id-actions">
          <Button type="primary" htmlType="submit" loading={isBusy} disabled={isNow}>
            {t("tune.ask")}
          </Button>
          <Button disabled={isNow} onClick={() => setDraft(present)}>
            {t("tune.reset")}
          </Button>
          <span className="soft">{t(isNow ? "tune.same" : "tune.harmless")}</span>
        </div>
      ) : (
        <p className="soft">{t("tune.forbidden")}</p>
      )}
    </form>
  );
}

interface PartProps {
  tuning: Tuning;
  draft: TuningDraft;
  onChange: (part: Partial<TuningDraft>) => void;
}

function Threshold({
  tuning,
  value,
  onChange,
}: {
  tuning: Tuning;
  value: number | null;
  onChange: (value: number | null) => void;
}): ReactNode {
  const { t } = useTranslation("identity");
  return (
    <Field
      label={t("tune.link_at")}
      hint={
        <>
          {t("tune.link_at_hint")} <ShareOf value={tuning.link_at} />
        </>
      }
    >
      {(control) => (
        <InputNumber<number>
          {...control}
          min={5}
          max={99.99}
          step={5}
          suffix="%"
          className="id-threshold"
          placeholder={t("factor.learned")}
          value={value === null ? null : Math.round(value * 10_000) / 100}
          onChange={(percent) => onChange(percent === null ? null : Math.round(percent * 100) / 10_000)}
        />
      )}
    </Field>
  );
}

function Weights({ tuning, draft, onChange }: PartProps): ReactNode {
  const { t } = useTranslation("identity");
  return (
    <div role="group" aria-labelledby="id-weights">
      <h3 id="id-weights">{t("tune.weights")}</h3>
      <p className="soft">{t("tune.weights_hint")}</p>
      <ul className="id-factors">
        {tuning.evidence.map((name) => (
          <li key={name}>
            <Field label={<FieldName name={name} />}>
              {({ id }) => (
                <FactorChoice
                  id={id}
                  choices={WEIGHTS}
                  value={(draft.weights as Record<string, Factor>)[name] ?? 1}
                  onChange={(value) =>
                    onChange({
                      weights: withFactor(
                        draft.weights as Record<string, Factor>,
                        name,
                        value,
                      ) as TuningDraft["weights"],
                    })
                  }
                />
              )}
            </Field>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Sources({ tuning, draft, onChange }: PartProps): ReactNode {
  const { t } = useTranslation("identity");
  const trusted = draft.trusted_sources ?? {};
  const unique = draft.unique_sources ?? [];
  const names = [...new Set([...tuning.sources.map(({ name }) => name), ...Object.keys(trusted), ...unique])];
  return (
    <div role="group" aria-labelledby="id-sources">
      <h3 id="id-sources">{t("tune.sources")}</h3>
      <p className="soft">{t("tune.sources_hint")}</p>
      <ul className="id-factors">
        {names.map((name) => (
          <li key={name}>
            <Field label={<Text>{name}</Text>}>
              {({ id }) => (
                <FactorChoice
                  id={id}
                  choices={TRUST}
                  value={trusted[name] ?? 1}
                  onChange={(value) => onChange({ trusted_sources: withFactor<number>(trusted, name, Number(value)) })}
                />
              )}
            </Field>
            <Checkbox
              checked={unique.includes(name)}
              onChange={({ target }) => onChange({ unique_sources: toggled(unique, name, target.checked) })}
            >
              {t("tune.unique")}
            </Checkbox>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Never({ tuning, draft, onChange }: PartProps): ReactNode {
  const { t } = useTranslation("identity");
  const never: readonly string[] = draft.never_across ?? [];
  return (
    <div role="group" aria-labelledby="id-never">
      <h3 id="id-never">{t("tune.never")}</h3>
      <p className="soft">{t("tune.never_hint")}</p>
      <div className="id-never">
        {tuning.evidence.map((name) => (
          <Checkbox
            key={name}
            checked={never.includes(name)}
            onChange={({ target }) =>
              onChange({ never_across: toggled(never, name, target.checked) as TuningDraft["never_across"] })
            }
          >
            <FieldName name={name} />
          </Checkbox>
        ))}
      </div>
    </div>
  );
}

interface FactorProps {
  id: string;
  choices: readonly Factor[];
  value: Factor;
  onChange: (value: Factor) => void;
}

function FactorChoice({ id, choices, value, onChange }: FactorProps): ReactNode {
  const { t } = useTranslation("identity");
  const preferences = usePreferences();
  const all = choices.includes(value) ? choices : [...choices, value];
  const words = (factor: Factor): string => {
    if (factor === "ignore" || factor === 0) return t("factor.ignore");
    return factor === 1 ? t("factor.learned") : `× ${formatNumber(factor, {}, preferences)}`;
  };
  return (
    <Select<Factor>
      id={id}
      value={value}
      onChange={onChange}
      options={all.map((factor) => ({ value: factor, label: words(factor) }))}
      className={value === 1 ? undefined : "id-changed"}
    />
  );
}

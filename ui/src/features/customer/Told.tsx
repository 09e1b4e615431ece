/** What the customer has told already: not to be asked again. */
import { CheckCircleOutlined, WarningOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ToldFact, useTold } from "@/api/customer";
import { ErrorState } from "@/components/ErrorState";
import { Hidden, Shown } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Text } from "@/components/Text";
import { fieldLabel } from "./labels";
import { useOpenField } from "./Provenance";
import { AttributeValue } from "./Value";

const FEW = 6;

export function Told({ id }: { id: string }): ReactNode {
  const { t } = useTranslation("customer");
  const { data, isPending, error, refetch } = useTold(id);
  const [isLong, setIsLong] = useState(false);
  const facts = data?.items ?? [];
  return (
    <section className="section" aria-labelledby="cu-told">
      <h2 id="cu-told">{t("told")}</h2>
      <p className="soft">{t("told.why")}</p>
      {isPending && <Loading lines={5} />}
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data && facts.length === 0 && <p>{t("told.none")}</p>}
      <ul className="cu-told">
        {(isLong ? facts : facts.slice(0, FEW)).map((fact) => (
          <Fact key={fact.name} fact={fact} />
        ))}
      </ul>
      {facts.length > FEW && (
        <Button type="link" className="cu-more" aria-expanded={isLong} onClick={() => setIsLong(!isLong)}>
          {isLong ? t("essentials.less") : t("essentials.more", { count: facts.length - FEW })}
        </Button>
      )}
    </section>
  );
}

function Fact({ fact }: { fact: ToldFact }): ReactNode {
  const { t } = useTranslation("customer");
  const open = useOpenField();
  const { value, hidden_by: policy } = fact;
  return (
    <li>
      <button type="button" className="cu-label" onClick={() => open(fact.name)}>
        {fieldLabel(t, fact.name)}
      </button>
      <span className="cu-told-value">
        {value === null ? (
          <Hidden policy={policy} />
        ) : policy ? (
          <Shown value={value} hiddenBy={policy} />
        ) : (
          <AttributeValue name={fact.name} value={value} />
        )}
        {fact.is_confirmed && (
          <Tooltip title={t("told.confirmed", { systems: fact.systems.join(", ") })}>
            <span tabIndex={0} className="cu-good">
              <CheckCircleOutlined aria-hidden="true" />
              <span className="visually-hidden">{t("told.confirmed", { systems: fact.systems.join(", ") })}</span>
            </span>
          </Tooltip>
        )}
        {fact.is_disputed && (
          <Tooltip title={t("told.disputed")}>
            <span tabIndex={0} className="cu-warn">
              <WarningOutlined aria-hidden="true" />
              <span className="visually-hidden">{t("told.disputed")}</span>
            </span>
          </Tooltip>
        )}
      </span>
      <span className="soft cu-when">
        <Text>{fact.systems.join(", ")}</Text>
        {fact.age_days !== null && <> · {ageOf(t, fact.age_days)}</>}
      </span>
    </li>
  );
}

function ageOf(t: ReturnType<typeof useTranslation>["t"], days: number): string {
  if (days < 31) return t("age.days", { count: days });
  if (days < 700) return t("age.months", { count: Math.round(days / 30.44) });
  return t("age.years", { count: Math.round(days / 365.25) });
}

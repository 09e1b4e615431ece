/** Which of the values counts: a person says so, with a reason; or the rules decide again. */
import { Alert, Button, Input, Modal, Radio } from "antd";
import { createContext, type ReactNode, useContext, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/client";
import type { Attribute } from "@/api/customer";
import { useDecide } from "@/api/picks";
import { ErrorLine } from "@/components/ErrorState";
import { Moment } from "@/components/Moment";
import { Text } from "@/components/Text";
import { fieldLabel, isolated, ruleLabel } from "./labels";
import { AttributeValue } from "./Value";

const LONGEST_REASON = 500;
const BY_RULE = "\u0000rule";

/** Whether the reader may settle contradictions of the customer whose page this is. */
export const MayPickContext = createContext(false);

interface Props {
  customerId: string;
  attribute: Attribute;
  /** Of the profile that the reader looks at. */
  version: number;
}

/** A button that opens the dialog; nothing where there is no choice or the reader may not choose. */
export function PickButton({ customerId, attribute, version }: Props): ReactNode {
  const { t } = useTranslation("customer");
  const mayPick = useContext(MayPickContext);
  const [isOpen, setIsOpen] = useState(false);
  const isSingle = attribute.others.length === 0 || ["created_at", "updated_at"].includes(attribute.name);
  if (!mayPick || isSingle || attribute.hidden_by) return null;
  return (
    <>
      <Button size="small" onClick={() => setIsOpen(true)}>
        {t(attribute.pick ? "pick.change" : "pick.settle")}
        <span className="visually-hidden"> {fieldLabel(t, attribute.name)}</span>
      </Button>
      {isOpen && (
        <PickDialog customerId={customerId} attribute={attribute} version={version} onClose={() => setIsOpen(false)} />
      )}
    </>
  );
}

function PickDialog({ customerId, attribute, version, onClose }: Props & { onClose: () => void }): ReactNode {
  const { t } = useTranslation("customer");
  const reasonId = useId();
  const [seen, setSeen] = useState({ attribute, version });
  const [chosen, setChosen] = useState(attribute.pick ? attribute.value : null);
  const [reason, setReason] = useState(attribute.pick?.reason ?? "");
  const decide = useDecide(customerId, attribute.name, seen.version);
  const isStale = isApiError(decide.error, 412);
  const choices = [seen.attribute, ...seen.attribute.others];
  const save = (): void => {
    if (chosen === null) return;
    const value = chosen === BY_RULE ? null : chosen;
    decide.mutate({ value, reason }, { onSuccess: onClose });
  };
  return (
    <Modal
      open
      title={t("pick.title", { field: fieldLabel(t, attribute.name) })}
      onCancel={onClose}
      footer={
        <div className="dialog-buttons">
          <Button onClick={onClose}>{t("pick.cancel")}</Button>
          <Button type="primary" loading={decide.isPending} disabled={chosen === null || isStale} onClick={save}>
            {t("pick.save")}
          </Button>
        </div>
      }
    >
      {isStale && (
        <Alert
          type="warning"
          showIcon
          title={t("pick.stale")}
          action={
            <Button
              size="small"
              onClick={() => {
                setSeen({ attribute, version });
                decide.reset();
              }}
            >
              {t("pick.look_again")}
            </Button>
          }
        />
      )}
      <p className="soft">{t("pick.how")}</p>
      <Radio.Group
        className="cu-choices"
        aria-label={t("pick.which")}
        value={chosen}
        onChange={({ target }) => setChosen(String(target.value))}
      >
        {choices.map((choice) => (
          <Radio key={choice.value} value={choice.value}>
            {choice.value !== null && <Text>{choice.value}</Text>}{" "}
            <span className="soft">
              <Text>{choice.systems.join(", ")}</Text>
              {choice.observed_at && (
                <>
                  {" "}
                  · <Moment value={choice.observed_at} as="date" />
                </>
              )}
            </span>
          </Radio>
        ))}
        {seen.attribute.pick && <Radio value={BY_RULE}>{t("pick.by_rule")}</Radio>}
      </Radio.Group>
      <label htmlFor={reasonId}>{t("pick.reason")}</label>
      <Input
        id={reasonId}
        dir="auto"
        maxLength={LONGEST_REASON}
        disabled={chosen === BY_RULE}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        onPressEnter={save}
      />
      {!isStale && <ErrorLine error={decide.error} />}
    </Modal>
  );
}

/** "picked by Ana Puig on 3 May over newest (active): she said so" */
export function PickedBy({ attribute }: { attribute: Pick<Attribute, "name" | "pick"> }): ReactNode {
  const { t } = useTranslation("customer");
  const { pick } = attribute;
  if (!pick) return null;
  return (
    <span className="cu-picked">
      {t("pick.by", { who: isolated(pick.by_name) })} <Moment value={pick.at} as="date" />{" "}
      {t("pick.over", { rule: ruleLabel(t, pick.over_rule) })}
      {pick.over_value !== null && (
        <>
          {" ("}
          <AttributeValue name={attribute.name} value={pick.over_value} />)
        </>
      )}
      {pick.reason && (
        <>
          {": "}
          <q>
            <Text>{pick.reason}</Text>
          </q>
        </>
      )}
    </span>
  );
}

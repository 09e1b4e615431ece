/** Taking a change back: first what that does, then a reason, then it is done. */
import { Input, Modal, Tag } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { undo, type Undoing, useRefreshIdentity, useUndoForecast } from "@/api/previews";
import { ErrorLine } from "@/components/ErrorState";
import { Field } from "@/components/Field";
import { Loading } from "@/components/Loading";
import { Text } from "@/components/Text";

const MOST_SHOWN = 20;

export function UndoDialog({ undoing, onClose }: { undoing: Undoing; onClose: () => void }): ReactNode {
  const { t } = useTranslation("identity");
  const refresh = useRefreshIdentity();
  const forecast = useUndoForecast(undoing);
  const [reason, setReason] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const act = async (): Promise<void> => {
    setIsBusy(true);
    setError(null);
    try {
      await undo(undoing, reason, false);
      refresh();
      onClose();
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  const changes = forecast.data?.changes ?? [];
  return (
    <Modal
      open
      title={t(undoing.what === "runs" ? "undo.run" : "undo.one")}
      okText={t("undo.do")}
      cancelText={t("apply.cancel")}
      okButtonProps={{ danger: true, disabled: !forecast.data }}
      confirmLoading={isBusy}
      onOk={() => void act()}
      onCancel={onClose}
    >
      <p>{t("undo.what")}</p>
      {forecast.isPending && <Loading lines={3} />}
      {forecast.data && changes.length === 0 && <p>{t("undo.no_change")}</p>}
      <ul className="id-list">
        {changes.slice(0, MOST_SHOWN).map((change) => (
          <li key={`${change.kind} ${change.customer_id} ${change.other_customer_id}`}>
            <Tag>{t(`kind.${change.kind}`)}</Tag> <Text>{change.customer_id}</Text>
            {change.other_customer_id && (
              <>
                {" "}
                <span className="soft">{t(`way.${change.kind}`)}</span> <Text>{change.other_customer_id}</Text>
              </>
            )}{" "}
            <span className="soft">· {t("changes.records", { count: change.records })}</span>
          </li>
        ))}
        {changes.length > MOST_SHOWN && (
          <li className="soft">{t("undo.more", { count: changes.length - MOST_SHOWN })}</li>
        )}
      </ul>
      {forecast.data && (
        <Field label={t("undo.reason")}>
          {(control) => (
            <Input {...control} value={reason} maxLength={500} onChange={({ target }) => setReason(target.value)} />
          )}
        </Field>
      )}
      <ErrorLine error={forecast.error ?? error} />
    </Modal>
  );
}

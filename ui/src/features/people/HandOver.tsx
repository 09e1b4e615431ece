import { Button, Modal, Select } from "antd";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { setState, type User, useUsers } from "@/api/people";
import { ErrorLine } from "@/components/ErrorState";
import { PersonTag } from "@/components/PersonTag";

interface Props {
  user: User;
  tasks: number;
  onDone: () => Promise<void>;
  onCancel: () => void;
}

/** Asks who takes over the open tasks of somebody who leaves, then keeps them out: both or neither. */
export function HandOver({ user, tasks, onDone, onCancel }: Props): ReactNode {
  const { t } = useTranslation("people");
  const [query, setQuery] = useState("");
  const [heir, setHeir] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const id = useId();
  const { rows } = useUsers(query);
  const others = (rows ?? []).filter(({ user_id, state }) => state === "active" && user_id !== user.user_id);
  const leave = async (): Promise<void> => {
    setIsBusy(true);
    try {
      await setState(user, "disabled", heir);
      await onDone();
      onCancel();
    } catch (problem) {
      setError(problem);
    }
    setIsBusy(false);
  };
  return (
    <Modal open title={t("handover")} footer={null} onCancel={onCancel}>
      <p>{t("handover.what", { count: tasks, name: user.display_name })}</p>
      <label htmlFor={id}>{t("handover.who")}</label>
      <Select
        id={id}
        className="handover-who"
        showSearch={{ filterOption: false, onSearch: setQuery }}
        value={heir}
        onChange={setHeir}
        options={others.map(({ user_id, display_name }) => ({ value: user_id, label: display_name }))}
        optionRender={({ label }) => <PersonTag name={String(label)} />}
      />
      <ErrorLine error={error} />
      <div className="dialog-buttons">
        <Button onClick={onCancel}>{t("handover.cancel")}</Button>
        <Button danger type="primary" disabled={!heir} loading={isBusy} onClick={() => void leave()}>
          {t("handover.done")}
        </Button>
      </div>
    </Modal>
  );
}

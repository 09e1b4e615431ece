/** Sends a customer on: a note that calls a colleague, and a task of theirs where wished. */
import { SendOutlined } from "@ant-design/icons";
import { Alert, Button, Checkbox, Input } from "antd";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { careKeys, type Person, useCareAction } from "@/api/care";
import { useIdempotencyKey } from "@/api/edit";
import { handOver } from "@/api/picks";
import { useSession } from "@/app/session";
import { DateField } from "@/components/DateField";
import { ErrorLine } from "@/components/ErrorState";
import { PersonField } from "./PersonField";

const LONGEST_MESSAGE = 2000;

export function HandOverForm({ customerId }: { customerId: string }): ReactNode {
  const { t } = useTranslation("care");
  const { may } = useSession();
  const messageId = useId();
  const once = useIdempotencyKey();
  const [to, setTo] = useState<Person | null>(null);
  const [message, setMessage] = useState(t("handover.message"));
  const [isTask, setIsTask] = useState(false);
  const [dueOn, setDueOn] = useState<string | null>(null);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const send = useCareAction(async () => {
    if (!to) return;
    const task = isTask ? { title: message.trim().slice(0, 200), due_on: dueOn } : null;
    await handOver(customerId, { to, message: `@${to.name} ${message.trim()}`, task }, once.key());
  }, careKeys.notes(customerId));
  const change = (set: () => void): void => {
    once.used();
    setSentTo(null);
    set();
  };
  const submit = (): void => {
    if (!to || !message.trim() || send.isPending) return;
    send.mutate(undefined, {
      onSuccess: () => {
        once.used();
        setSentTo(to.name);
      },
    });
  };
  return (
    <form
      className="hand-over"
      aria-label={t("handover.send_to")}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h3>{t("handover.send_to")}</h3>
      <p className="soft">{t("handover.send_why")}</p>
      <PersonField label={t("handover.colleague")} value={to} onChange={(person) => change(() => setTo(person))} />
      <label htmlFor={messageId}>{t("handover.words")}</label>
      <Input.TextArea
        id={messageId}
        dir="auto"
        rows={3}
        maxLength={LONGEST_MESSAGE}
        value={message}
        onChange={(event) => change(() => setMessage(event.target.value))}
      />
      {may("create", "task") && may("assign", "task") && (
        <div className="hand-over-task">
          <Checkbox checked={isTask} onChange={({ target }) => change(() => setIsTask(target.checked))}>
            {t("handover.task")}
          </Checkbox>
          {isTask && <DateField label={t("task.due")} value={dueOn} onChange={(day) => change(() => setDueOn(day))} />}
        </div>
      )}
      <Button
        htmlType="submit"
        type="primary"
        icon={<SendOutlined aria-hidden="true" />}
        loading={send.isPending}
        disabled={!to || !message.trim() || sentTo !== null}
      >
        {t("handover.send")}
      </Button>
      {sentTo && <Alert type="success" showIcon role="status" title={t("handover.sent", { name: sentTo })} />}
      <ErrorLine error={send.error} />
    </form>
  );
}

/** A new task: one line, an owner, perhaps a day. */
import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { careKeys, type Person, useCareAction } from "@/api/care";
import { api } from "@/api/client";
import { useIdempotencyKey } from "@/api/edit";
import { useSession } from "@/app/session";
import { DateField } from "@/components/DateField";
import { ErrorLine } from "@/components/ErrorState";
import { PersonField } from "./PersonField";

export function NewTask({ customerId }: { customerId: string | null }): ReactNode {
  const { t } = useTranslation("care");
  const { me, may } = useSession();
  const myself: Person | null = me?.kind === "user" ? { user_id: me.actor_id, name: me.name } : null;
  const [title, setTitle] = useState("");
  const [owner, setOwner] = useState(myself);
  const [dueOn, setDueOn] = useState<string | null>(null);
  const once = useIdempotencyKey();
  const create = useCareAction(
    () =>
      api.post(
        customerId ? `/customers/${customerId}/tasks` : "/tasks",
        { title, owner_id: owner?.user_id ?? null, due_on: dueOn },
        { idempotencyKey: once.key() },
      ),
    careKeys.tasks,
  );
  if (!may("create", "task")) return null;
  const submit = (): void => {
    if (!title.trim() || create.isPending) return;
    create.mutate(undefined, {
      onSuccess: () => {
        once.used();
        setTitle("");
        setDueOn(null);
        setOwner(myself);
      },
    });
  };
  return (
    <form
      className="new-task"
      aria-label={t("task.new")}
      onChange={once.used}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <input
        className="care-input new-task-title"
        dir="auto"
        maxLength={200}
        aria-label={t("task.title")}
        placeholder={t("task.placeholder")}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      {may("assign", "task") && (
        <PersonField
          label={t("task.owner")}
          value={owner}
          onChange={(person) => {
            once.used();
            setOwner(person);
          }}
        />
      )}
      <DateField
        label={t("task.due")}
        value={dueOn}
        onChange={(day) => {
          once.used();
          setDueOn(day);
        }}
      />
      <Button
        htmlType="submit"
        type="primary"
        icon={<PlusOutlined />}
        loading={create.isPending}
        disabled={!title.trim()}
      >
        {t("task.add")}
      </Button>
      <ErrorLine error={create.error} />
    </form>
  );
}

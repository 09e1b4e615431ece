/** Everything of one task, its history too; two people at once lose nothing. */
import { useQuery } from "@tanstack/react-query";
import { Button, Modal, Select } from "antd";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { careKeys, type Person, type Task, type TaskChange, useCareAction } from "@/api/care";
import { api, type Versioned } from "@/api/client";
import { type Edit, useEdit } from "@/api/edit";
import { useSession } from "@/app/session";
import { ConflictDialog } from "@/components/ConflictDialog";
import { DateField } from "@/components/DateField";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Hidden } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Text } from "@/components/Text";
import { PersonField } from "./PersonField";
import { RichText } from "./rich-text";

type TaskForm = Pick<Task, "title" | "body" | "owner" | "due_on" | "state">;

function formOf({ value, etag }: Versioned<Task>): Versioned<TaskForm> {
  const { title, body, owner, due_on, state } = value;
  return { value: { title, body, owner, due_on, state }, etag };
}

export function TaskDialog({ taskId, onClose }: { taskId: string; onClose: () => void }): ReactNode {
  const { t } = useTranslation("care");
  const { may } = useSession();
  const refresh = useCareAction(async () => undefined, careKeys.tasks, [...careKeys.task(taskId), "history"]);
  const edit = useEdit<TaskForm>({
    queryKey: careKeys.task(taskId),
    load: async () => formOf(await api.getVersioned<Task>(`/tasks/${taskId}`)),
    save: async ({ title, body, owner, due_on, state }, ifMatch) => {
      const said = { title: title.text ?? "…", body: body.text ?? "", owner_id: owner.user_id, due_on, state };
      return formOf(await api.putVersioned<Task>(`/tasks/${taskId}`, said, { ifMatch }));
    },
  });
  const leave = async (): Promise<void> => {
    await refresh.mutateAsync(undefined);
    onClose();
  };
  const save = async (): Promise<void> => {
    if (await edit.save()) await leave();
  };
  const mayEdit = may("update", "task");
  return (
    <Modal
      open
      title={t("task")}
      onCancel={onClose}
      footer={
        <div className="dialog-buttons">
          <Button onClick={onClose}>{t(mayEdit ? "cancel" : "close")}</Button>
          {mayEdit && (
            <Button
              type="primary"
              disabled={!edit.isDirty || edit.value?.title.text === ""}
              loading={edit.isSaving}
              onClick={() => void save()}
            >
              {t("save")}
            </Button>
          )}
        </div>
      }
    >
      {edit.value ? (
        <TaskFields edit={edit} value={edit.value} mayEdit={mayEdit} />
      ) : edit.error ? (
        <ErrorState error={edit.error} onRetry={edit.reload} />
      ) : (
        <Loading lines={4} />
      )}
      {edit.value && <ErrorLine error={edit.error} />}
      <TaskHistory taskId={taskId} />
      <ConflictDialog<TaskForm>
        edit={{
          ...edit,
          resolve: async (choice) => {
            const isOver = await edit.resolve(choice);
            if (isOver) await leave();
            return isOver;
          },
        }}
        labels={{
          title: t("task.title"),
          body: t("task.body"),
          owner: t("task.owner"),
          due_on: t("task.due"),
          state: t("task.state"),
        }}
        show={fieldValue}
      />
    </Modal>
  );
}

function fieldValue(value: unknown, property: keyof TaskForm): ReactNode {
  return <FieldValue value={value} property={property} />;
}

function FieldValue({ value, property }: { value: unknown; property: keyof TaskForm }): ReactNode {
  const { t } = useTranslation("care");
  if (value === null || value === undefined || value === "") return "–";
  if (property === "owner") return <Text>{(value as Person).name}</Text>;
  if (property === "due_on") return <Moment value={String(value)} as="date" />;
  if (property === "state") return t(`task.state.${String(value)}`);
  return <RichText text={(value as { text: string | null }).text ?? "–"} />;
}

interface FieldsProps {
  edit: Edit<TaskForm>;
  value: TaskForm;
  mayEdit: boolean;
}

function TaskFields({ edit, value, mayEdit }: FieldsProps): ReactNode {
  const { t } = useTranslation("care");
  const { may } = useSession();
  const id = useId();
  const change = (part: Partial<TaskForm>): void => edit.change((before) => ({ ...before, ...part }));
  return (
    <div className="form-grid">
      <label htmlFor={`${id}-title`}>{t("task.title")}</label>
      {value.title.hidden_by ? (
        <Hidden policy={value.title.hidden_by} />
      ) : (
        <input
          id={`${id}-title`}
          className="care-input"
          dir="auto"
          maxLength={200}
          disabled={!mayEdit}
          value={value.title.text ?? ""}
          onChange={(event) => change({ title: { text: event.target.value, hidden_by: null } })}
        />
      )}
      <label htmlFor={`${id}-body`}>{t("task.body")}</label>
      {value.body.hidden_by ? (
        <Hidden policy={value.body.hidden_by} />
      ) : (
        <textarea
          id={`${id}-body`}
          className="care-input"
          dir="auto"
          rows={3}
          maxLength={10_000}
          disabled={!mayEdit}
          value={value.body.text ?? ""}
          onChange={(event) => change({ body: { text: event.target.value, hidden_by: null } })}
        />
      )}
      <label htmlFor={`${id}-owner`}>{t("task.owner")}</label>
      {mayEdit && may("assign", "task") ? (
        <PersonField
          id={`${id}-owner`}
          label={t("task.owner")}
          value={value.owner}
          onChange={(owner) => change({ owner })}
        />
      ) : (
        <Text>{value.owner.name}</Text>
      )}
      <label htmlFor={`${id}-due`}>{t("task.due")}</label>
      <DateField
        id={`${id}-due`}
        label={t("task.due")}
        isDisabled={!mayEdit}
        value={value.due_on}
        onChange={(due_on) => change({ due_on })}
      />
      <label htmlFor={`${id}-state`}>{t("task.state")}</label>
      <Select
        id={`${id}-state`}
        aria-label={t("task.state")}
        disabled={!mayEdit}
        value={value.state}
        onChange={(state) => change({ state })}
        options={(["open", "done", "cancelled"] as const).map((state) => ({
          value: state,
          label: t(`task.state.${state}`),
        }))}
      />
    </div>
  );
}

function TaskHistory({ taskId }: { taskId: string }): ReactNode {
  const { t } = useTranslation("care");
  const { data } = useQuery({
    queryKey: [...careKeys.task(taskId), "history"],
    queryFn: ({ signal }) => api.get<{ items: TaskChange[] }>(`/tasks/${taskId}/history`, { signal }),
  });
  if (!data?.items.length) return null;
  return (
    <details className="task-history">
      <summary>{t("history")}</summary>
      <ul className="care-list">
        {data.items.map(({ version, actor, changed_at: changedAt, changes }) => (
          <li key={version} className="care-version">
            <Text>{actor.name}</Text> <Moment value={changedAt} as="relative" />
            {": "}
            <span className="soft">
              {Object.keys(changes)
                .map((name) => t(`task.field.${name}`))
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

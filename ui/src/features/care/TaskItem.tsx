/** One task on one line: done by a tick, opened for everything else. */
import { Checkbox } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { careKeys, etagOf, localDay, type Task, useCareAction } from "@/api/care";
import { api } from "@/api/client";
import { useSession } from "@/app/session";
import { ErrorLine } from "@/components/ErrorState";
import { Shown } from "@/components/Hidden";
import { Moment } from "@/components/Moment";
import { Text } from "@/components/Text";
import { TaskDialog } from "./TaskDialog";

export function isOverdue({ state, due_on: dueOn }: Task, today: string = localDay()): boolean {
  return state === "open" && dueOn !== null && dueOn < today;
}

/** All that a task says, as the API takes it back; what is masked for us stays as it is. */
export function taskBody(task: Task): Record<string, unknown> {
  const { title, body, owner, due_on, state } = task;
  return { title: title.text ?? "…", body: body.text ?? "", owner_id: owner.user_id, due_on, state };
}

export function TaskItem({ task, withCustomer = false }: { task: Task; withCustomer?: boolean }): ReactNode {
  const { t } = useTranslation("care");
  const { may, me } = useSession();
  const [isOpen, setIsOpen] = useState(false);
  const tick = useCareAction(
    (state: Task["state"]) =>
      api.put(`/tasks/${task.task_id}`, { ...taskBody(task), state }, { ifMatch: etagOf(task) }),
    careKeys.tasks,
  );
  const isMine = task.owner.user_id === me?.actor_id;
  const title = <Shown value={task.title.text && <Text>{task.title.text}</Text>} hiddenBy={task.title.hidden_by} />;
  return (
    <li className="task" data-state={task.state}>
      <Checkbox
        checked={task.state === "done"}
        disabled={!may("update", "task") || task.state === "cancelled" || tick.isPending}
        aria-label={t("task.tick", { title: task.title.text ?? "" })}
        onChange={(event) => tick.mutate(event.target.checked ? "done" : "open")}
      />
      <div className="care-main">
        <button type="button" className="task-title" onClick={() => setIsOpen(true)}>
          {title}
        </button>
        <div className="task-facts soft">
          {task.state === "cancelled" && <span>{t("task.cancelled")}</span>}
          {task.due_on && (
            <span className={isOverdue(task) ? "task-overdue" : undefined}>
              {isOverdue(task) ? t("task.overdue_since") : t("task.due")} <Moment value={task.due_on} as="date" />
            </span>
          )}
          <span>
            {t("task.owner")}: {isMine ? t("me") : <Text>{task.owner.name}</Text>}
          </span>
          {withCustomer && task.customer_id && (
            <Link to={`/customers/${task.customer_id}`}>
              <Shown
                value={task.customer_name?.text && <Text>{task.customer_name.text}</Text>}
                hiddenBy={task.customer_name?.hidden_by}
              />
            </Link>
          )}
        </div>
        <ErrorLine error={tick.error} />
      </div>
      {isOpen && <TaskDialog taskId={task.task_id} onClose={() => setIsOpen(false)} />}
    </li>
  );
}

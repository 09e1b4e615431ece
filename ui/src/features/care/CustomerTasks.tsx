/** What is to be done for a customer, and what was. */
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Task, useCustomerTasks } from "@/api/care";
import { useSession } from "@/app/session";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Forbidden } from "@/components/Forbidden";
import { Loading } from "@/components/Loading";
import { NewTask } from "./NewTask";
import { TaskItem } from "./TaskItem";
import "./care.css";

function byDay(one: Task, other: Task): number {
  return (one.due_on ?? "9999").localeCompare(other.due_on ?? "9999");
}

export function CustomerTasks({ customerId }: { customerId: string }): ReactNode {
  const { may } = useSession();
  if (!may("read", "task")) return <Forbidden />;
  return (
    <div className="care">
      <NewTask customerId={customerId} />
      <TaskLists customerId={customerId} />
    </div>
  );
}

function TaskLists({ customerId }: { customerId: string }): ReactNode {
  const { t } = useTranslation("care");
  const tasks = useCustomerTasks(customerId);
  if (tasks.isLoading) return <Loading lines={4} />;
  if (tasks.error && tasks.rows.length === 0) return <ErrorState error={tasks.error} onRetry={tasks.onRetry} />;
  if (tasks.rows.length === 0) return <EmptyState title={t("task.none")}>{t("task.none_why")}</EmptyState>;
  const open = tasks.rows.filter(({ state }) => state === "open").toSorted(byDay);
  const closed = tasks.rows.filter(({ state }) => state !== "open");
  return (
    <>
      {open.length > 0 && (
        <ul className="care-list" aria-label={t("task.state.open")}>
          {open.map((task) => (
            <TaskItem key={task.task_id} task={task} />
          ))}
        </ul>
      )}
      {closed.length > 0 && (
        <details className="closed-tasks" open={open.length === 0}>
          <summary>{t("task.closed", { count: closed.length })}</summary>
          <ul className="care-list">
            {closed.map((task) => (
              <TaskItem key={task.task_id} task={task} />
            ))}
          </ul>
        </details>
      )}
      {tasks.hasMore && (
        <div className="more">
          <Button loading={tasks.isLoadingMore} onClick={tasks.onMore}>
            {t("more")}
          </Button>
        </div>
      )}
    </>
  );
}

/** My tasks, or those of everybody whose customers I may see, by when they are due. */
import { Button, Segmented, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { localDay, type Task, useTasks } from "@/api/care";
import { useSession } from "@/app/session";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Toolbar } from "@/components/Toolbar";
import { useQueryState } from "@/components/useQueryState";
import { NewTask } from "./NewTask";
import { TaskItem } from "./TaskItem";

const GROUPS = ["overdue", "today", "upcoming", "none"] as const;
type Group = (typeof GROUPS)[number];

export function groupOf({ due_on: dueOn }: Task, today: string): Group {
  if (dueOn === null) return "none";
  if (dueOn === today) return "today";
  return dueOn < today ? "overdue" : "upcoming";
}

export function TasksPage(): ReactNode {
  const { t } = useTranslation("care");
  const { me } = useSession();
  const [search, set] = useQueryState();
  const isPerson = me?.kind === "user";
  const owner = search.get("owner") ?? (isPerson ? "me" : "any");
  const state = search.get("state") ?? "open";
  const due = search.get("due") ?? "";
  return (
    <Page title={t("tasks")} lead={t("tasks.lead")}>
      <NewTask customerId={null} />
      <Toolbar label={t("tasks.filter")}>
        <Segmented
          aria-label={t("tasks.whose")}
          value={owner}
          onChange={(value) => set("owner", value)}
          options={[
            { value: "me", label: t("tasks.mine"), disabled: !isPerson },
            { value: "any", label: t("tasks.everybody") },
          ]}
        />
        <Select
          aria-label={t("task.state")}
          className="task-filter"
          value={state}
          onChange={(value) => set("state", value === "open" ? "" : value)}
          options={["open", "done", "cancelled", "any"].map((one) => ({ value: one, label: t(`task.state.${one}`) }))}
        />
        <Select
          aria-label={t("task.due")}
          className="task-filter"
          value={due}
          onChange={(value) => set("due", value)}
          options={["", ...GROUPS].map((one) => ({
            value: one,
            label: t(one ? `task.group.${one}` : "task.group.any"),
          }))}
        />
      </Toolbar>
      <TaskGroups owner={owner} state={state} due={due} />
    </Page>
  );
}

function TaskGroups({ owner, state, due }: { owner: string; state: string; due: string }): ReactNode {
  const { t } = useTranslation("care");
  const tasks = useTasks({ owner, state, due });
  const today = localDay();
  if (tasks.isLoading) return <Loading />;
  if (tasks.error && tasks.rows.length === 0) return <ErrorState error={tasks.error} onRetry={tasks.onRetry} />;
  if (tasks.rows.length === 0) {
    return <EmptyState title={t(owner === "me" ? "tasks.none_mine" : "tasks.none")}>{t("tasks.none_why")}</EmptyState>;
  }
  const groups = state === "open" ? GROUPS : (["all"] as const);
  return (
    <>
      {groups.map((group) => {
        const rows = group === "all" ? tasks.rows : tasks.rows.filter((task) => groupOf(task, today) === group);
        if (rows.length === 0) return null;
        return (
          <section
            key={group}
            className="section task-group"
            aria-label={group === "all" ? t("tasks") : t(`task.group.${group}`)}
          >
            {group !== "all" && <h2>{t(`task.group.${group}`)}</h2>}
            <ul className="care-list">
              {rows.map((task) => (
                <TaskItem key={task.task_id} task={task} withCustomer />
              ))}
            </ul>
          </section>
        );
      })}
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

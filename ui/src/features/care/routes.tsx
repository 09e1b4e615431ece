/** `/tasks` and `/notifications`. */
import type { ReactNode } from "react";
import { useLocation } from "react-router";
import { NotificationsPage } from "./NotificationsPage";
import { TasksPage } from "./TasksPage";
import "./care.css";

export default function CarePages(): ReactNode {
  return useLocation().pathname.startsWith("/notifications") ? <NotificationsPage /> : <TasksPage />;
}

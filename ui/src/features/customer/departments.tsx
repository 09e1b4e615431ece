/** The six departments, each with its sign; the colour is in the style sheet. */
import {
  CustomerServiceOutlined,
  DollarOutlined,
  NotificationOutlined,
  ShoppingOutlined,
  SolutionOutlined,
  ToolOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";

const ICONS: Record<string, ReactNode> = {
  sales: <ShoppingOutlined aria-hidden="true" />,
  marketing: <NotificationOutlined aria-hidden="true" />,
  support: <CustomerServiceOutlined aria-hidden="true" />,
  technical: <ToolOutlined aria-hidden="true" />,
  management: <SolutionOutlined aria-hidden="true" />,
  billing: <DollarOutlined aria-hidden="true" />,
};

export const DEPARTMENTS = Object.keys(ICONS);

export function departmentIcon(name: string): ReactNode {
  return ICONS[name];
}

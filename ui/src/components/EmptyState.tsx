import type { ReactNode } from "react";

interface Props {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
}

/** Nothing here yet: what would be, and the first step towards it. */
export function EmptyState({ title, children, action, icon }: Props): ReactNode {
  return (
    <div className="state">
      <div className="state-icon" aria-hidden="true">
        {icon ?? (
          <svg viewBox="0 0 64 48" width="96" height="72" fill="none" stroke="currentColor" strokeWidth="1.5">
            <rect x="5" y="13" width="24" height="15" rx="4" />
            <rect x="35" y="6" width="24" height="15" rx="4" />
            <rect x="20" y="31" width="24" height="12" rx="4" />
            <path d="M17 28v4M47 21v12h-3M17 37h3" strokeDasharray="2.5 2.5" />
          </svg>
        )}
      </div>
      <p className="state-title">{title}</p>
      {children && <div className="state-text">{children}</div>}
      {action && <div className="state-action">{action}</div>}
    </div>
  );
}

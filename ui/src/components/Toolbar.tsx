import type { ReactNode } from "react";

/** Search, filters and buttons above a list; what follows `end` stands at the far side. */
export function Toolbar({ label, children, end }: { label: string; children: ReactNode; end?: ReactNode }): ReactNode {
  return (
    <div className="toolbar" role="group" aria-label={label}>
      {children}
      {end && <div className="toolbar-end">{end}</div>}
    </div>
  );
}

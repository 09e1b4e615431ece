import type { ReactNode } from "react";

/** Our name with its sign. */
export function Mark({ isShort = false }: { isShort?: boolean }): ReactNode {
  return (
    <span className="mark">
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" fill="var(--accent)" />
        <path d="M8 8h16v5.5L16 18l-8-4.5z" fill="var(--card)" />
        <path d="M8 17.2l8 4.5 8-4.5V24H8z" fill="var(--card)" opacity=".72" />
      </svg>
      <span className={isShort ? "visually-hidden" : "mark-name"} lang="en">
        Onefold
      </span>
    </span>
  );
}

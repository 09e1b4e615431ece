import type { ReactNode } from "react";

/** Text that came from a customer or a person: its direction is its own, and it disturbs nothing around it. */
export function Text({ children, lang }: { children: ReactNode; lang?: string }): ReactNode {
  return (
    <bdi dir="auto" lang={lang}>
      {children}
    </bdi>
  );
}

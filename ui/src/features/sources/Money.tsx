import type { ReactNode } from "react";
import { Num } from "@/components/Num";

/** An amount of money; small ones with their cents. */
export function Money({ value, currency }: { value: number; currency: string }): ReactNode {
  const writing = { style: "currency", currency, maximumFractionDigits: value < 100 ? 2 : 0 } as const;
  return <Num value={value} {...writing} />;
}

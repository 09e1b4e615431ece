import type { ReactNode } from "react";
import { Forbidden } from "@/components/Forbidden";
import { useSession } from "./session";

/** Shows its content to those who may, and says what is missing to the others. */
export function Guarded({ needs, children }: { needs?: readonly [string, string]; children?: ReactNode }): ReactNode {
  const { may } = useSession();
  if (needs && !may(...needs)) return <Forbidden />;
  return children;
}

/**
 * Places of the shell that features fill: `features/<feature>/slots/<name>.tsx`, default export. Names: `search` and
 * `notifications` in the header, `banner` below it ("viewing as …"), `account` in the account menu.
 */
import { type ComponentType, type ReactNode, Suspense } from "react";
import { Boundary } from "@/components/Boundary";
import { lazily } from "./routes";

const MODULES = import.meta.glob<{ default: ComponentType }>("/src/features/*/slots/[a-z]*.tsx");

export function Slot({
  name,
  fallback = null,
}: {
  name: "search" | "notifications" | "banner" | "account";
  fallback?: ReactNode;
}): ReactNode {
  const fillings = Object.entries(MODULES).filter(([path]) => path.endsWith(`/slots/${name}.tsx`));
  return fillings.map(([path, load]) => {
    const Filling = lazily(path, load);
    return (
      <Boundary key={path} quiet>
        <Suspense fallback={fallback}>
          <Filling />
        </Suspense>
      </Boundary>
    );
  });
}

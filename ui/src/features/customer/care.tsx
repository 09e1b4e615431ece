/** Notes, tasks, files and tags: parts of another feature, shown where it is there. */
import { type ComponentType, lazy, type LazyExoticComponent, type ReactNode, Suspense } from "react";
import { Boundary } from "@/components/Boundary";
import { Loading } from "@/components/Loading";

type Name = "CustomerNotes" | "CustomerTasks" | "CustomerFiles" | "CustomerTags" | "HandOverForm";
type Panel = ComponentType<{ customerId: string }>;

const MODULES = import.meta.glob<Partial<Record<Name, Panel>>>([
  "/src/features/care/panels.tsx",
  "/src/features/care/index.ts",
]);
const load = Object.values(MODULES)[0];

const Nothing: Panel = () => null;

function panel(name: Name): LazyExoticComponent<Panel> | null {
  return load ? lazy(async () => ({ default: (await load())[name] ?? Nothing })) : null;
}

const PANELS: Record<Name, LazyExoticComponent<Panel> | null> = {
  CustomerNotes: panel("CustomerNotes"),
  CustomerTasks: panel("CustomerTasks"),
  CustomerFiles: panel("CustomerFiles"),
  CustomerTags: panel("CustomerTags"),
  HandOverForm: panel("HandOverForm"),
};

export const hasCare = load !== undefined;

export function CarePanel({ name, customerId }: { name: Name; customerId: string }): ReactNode {
  const Found = PANELS[name];
  if (!Found) return null;
  return (
    <Boundary quiet={name === "CustomerTags"}>
      <Suspense fallback={name === "CustomerTags" ? null : <Loading />}>
        <Found customerId={customerId} />
      </Suspense>
    </Boundary>
  );
}

/**
 * Every page and settings section, in the order of the navigation. A feature adds its folder and, if it is new here,
 * one line: `features/<feature>/routes.tsx` (default export: the page, which may hold further `<Routes>`), or
 * `features/<feature>/settings/<section>.tsx` for a section of the settings. What has no folder yet is not shown.
 */
import {
  ApartmentOutlined,
  AuditOutlined,
  BgColorsOutlined,
  CheckSquareOutlined,
  ClockCircleOutlined,
  CloudServerOutlined,
  DashboardOutlined,
  DatabaseOutlined,
  FileTextOutlined,
  GlobalOutlined,
  IdcardOutlined,
  KeyOutlined,
  MergeOutlined,
  SafetyOutlined,
  SettingOutlined,
  TagsOutlined,
  TeamOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { type ComponentType, lazy, type LazyExoticComponent } from "react";
import { matchPath } from "react-router";

type Module = { default: ComponentType };
type Lazy = LazyExoticComponent<ComponentType>;

const PAGE_MODULES = import.meta.glob<Module>("/src/features/*/routes.tsx");
const SECTION_MODULES = import.meta.glob<Module>("/src/features/*/settings/[a-z]*.tsx");

export interface PageEntry {
  feature: string;
  paths: readonly string[];
  /** Where the navigation leads; pages without it are reached from others. */
  link?: string;
  icon?: ComponentType;
  /** Without this permission it is not offered. */
  needs?: readonly [verb: string, kind: string];
  /** Open pages have no shell and need no session. */
  isOpen?: boolean;
}

export interface SectionEntry {
  section: string;
  icon: ComponentType;
  needs?: readonly [verb: string, kind: string];
}

const PAGES: readonly PageEntry[] = [
  { feature: "account", paths: ["/sign-in/*", "/set-up", "/invitation", "/reset-password"], isOpen: true },
  { feature: "overview", paths: ["/overview"], link: "/overview", icon: DashboardOutlined, needs: ["read", "report"] },
  { feature: "customers", paths: ["/customers"], link: "/customers", icon: TeamOutlined, needs: ["read", "customer"] },
  { feature: "customer", paths: ["/contradictions", "/customers/:id/*"], needs: ["read", "customer"] },
  { feature: "care", paths: ["/tasks"], link: "/tasks", icon: CheckSquareOutlined, needs: ["read", "task"] },
  { feature: "care", paths: ["/notifications"] },
  { feature: "identity", paths: ["/identity/*"], link: "/identity", icon: MergeOutlined, needs: ["read", "identity"] },
  { feature: "sources", paths: ["/sources/*"], link: "/sources", icon: DatabaseOutlined, needs: ["read", "source"] },
];

const SECTIONS: readonly SectionEntry[] = [
  { section: "appearance", icon: BgColorsOutlined },
  { section: "languages", icon: GlobalOutlined },
  { section: "profile", icon: UserOutlined },
  { section: "sessions", icon: SafetyOutlined },
  { section: "people", icon: TeamOutlined, needs: ["read", "user"] },
  { section: "roles", icon: ApartmentOutlined, needs: ["read", "role"] },
  { section: "keys", icon: KeyOutlined, needs: ["read", "key"] },
  { section: "card", icon: IdcardOutlined, needs: ["administer", "settings"] },
  { section: "tags", icon: TagsOutlined, needs: ["update", "tag"] },
  { section: "audit", icon: AuditOutlined, needs: ["read", "audit"] },
  { section: "jobs", icon: ClockCircleOutlined, needs: ["read", "job"] },
  { section: "webhooks", icon: CloudServerOutlined, needs: ["read", "webhook"] },
  { section: "configuration", icon: FileTextOutlined, needs: ["read", "settings"] },
];

const made = new Map<string, Lazy>();

/** The same lazy component for the same module, whenever it is asked for. */
export function lazily(path: string, load: () => Promise<Module>): Lazy {
  const known = made.get(path) ?? lazy(load);
  made.set(path, known);
  return known;
}

function pageModule(feature: string): Lazy | null {
  const path = `/src/features/${feature}/routes.tsx`;
  const load = PAGE_MODULES[path];
  return load ? lazily(path, load) : null;
}

/** A section lies in any feature's `settings/`, or is a feature of its own. */
function sectionModule(section: string): Lazy | null {
  const path = Object.keys(SECTION_MODULES).find((candidate) => candidate.endsWith(`/settings/${section}.tsx`));
  const load = path ? SECTION_MODULES[path] : undefined;
  return path && load ? lazily(path, load) : pageModule(section);
}

function existing<Entry extends object>(entries: readonly Entry[], find: (entry: Entry) => Lazy | null) {
  return entries.flatMap((entry) => {
    const Component = find(entry);
    return Component ? [{ ...entry, Component }] : [];
  });
}

/**
 * Begins to load the page of this address, without waiting for whether it may be shown; returns its feature, whose words
 * it will need.
 */
export function beginLoading(address: string): string | null {
  const page = PAGES.find(({ paths }) => paths.some((path) => matchPath(path, address)));
  if (!page) return null;
  PAGE_MODULES[`/src/features/${page.feature}/routes.tsx`]?.().catch(() => undefined); // whoever shows it will say so
  return page.feature;
}

export const pages = existing(PAGES, ({ feature }) => pageModule(feature));
export const sections = existing(SECTIONS, ({ section }) => sectionModule(section));
export const settingsIcon = SettingOutlined;

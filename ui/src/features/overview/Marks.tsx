/** Small marks: a number that opens, a bar, a cell of a heat map, a line of past values. */
import type { CSSProperties, ReactNode } from "react";
import { Link } from "react-router";
import type { Count, Past } from "@/api/overview";
import { useSession } from "@/app/session";
import { listOf } from "./words";

interface BehindProps {
  count: Pick<Count, "filter" | "count">;
  /** What the number says, after what is seen of it, for whoever hears the page. */
  label: string;
  children: ReactNode;
}

/** Leads to the customers behind a number, for those who may see customers. */
export function Behind({ count, label, children }: BehindProps): ReactNode {
  const { may } = useSession();
  const said = <span className="visually-hidden"> {label}</span>;
  if (!count.filter || count.count === 0 || !may("read", "customer")) {
    return (
      <>
        {children}
        {said}
      </>
    );
  }
  return (
    <Link to={listOf(count.filter)}>
      {children}
      {said}
    </Link>
  );
}

export function shareOf({ count, base }: Pick<Count, "count" | "base">): number {
  return base ? count / base : 0;
}

export function Bar({ share }: { share: number }): ReactNode {
  return (
    <span className="ov-bar" aria-hidden="true">
      <span style={{ inlineSize: `${Math.max(share * 100, share > 0 ? 1 : 0)}%` }} />
    </span>
  );
}

/** The colour of a cell: from cold to heat; text turns over where the heat is strong. */
export function heatStyle(share: number): CSSProperties {
  return { ["--heat-share" as string]: `${Math.round(share * 100)}%` };
}

/** How a share went over the builds; decoration beside the numbers in words. */
export function Sparkline({ past }: { past: readonly Past[] }): ReactNode {
  const shares = past.map(({ count, base }) => (base ? count / base : 0));
  if (shares.length < 3) return null;
  const low = Math.min(...shares);
  const span = Math.max(...shares) - low || 1;
  const points = shares.map(
    (share, place) => `${(place / (shares.length - 1)) * 96 + 2},${22 - ((share - low) / span) * 18}`,
  );
  return (
    <svg className="ov-spark" viewBox="0 0 100 26" width="100" height="26" aria-hidden="true" focusable="false">
      <polyline points={points.join(" ")} fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinejoin="round" />
      <circle cx="98" cy={points.at(-1)?.split(",")[1]} r="2" fill="currentColor" />
    </svg>
  );
}

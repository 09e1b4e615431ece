import { type ReactNode, useEffect, useState } from "react";
import { formatMoment, formatRelative, type MOMENT_STYLES } from "@/app/language";
import { usePreferences } from "@/app/preferences";

interface Props {
  /** ISO 8601: a moment, or a plain day. */
  value: string;
  /** "relative" is "3 days ago", and keeps itself right. */
  as?: keyof typeof MOMENT_STYLES | "relative";
}

function useEveryMinute(isWanted: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!isWanted) return undefined;
    const timer = setInterval(() => setNow(new Date()), 60_000);
    return () => clearInterval(timer);
  }, [isWanted]);
  return now;
}

/** A moment in the calendar, digits and time zone that the person chose; the whole moment on hover. */
export function Moment({ value, as = "moment" }: Props): ReactNode {
  const writing = usePreferences();
  const now = useEveryMinute(as === "relative");
  const words = as === "relative" ? formatRelative(value, now, writing) : formatMoment(value, as, writing);
  const isPlainDay = value.length === 10;
  return (
    <time
      dateTime={value}
      title={isPlainDay ? formatMoment(value, "day", writing) : formatMoment(value, "full", writing)}
    >
      <bdi>{words}</bdi>
    </time>
  );
}

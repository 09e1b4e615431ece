/** How a source fares, in a word and a colour; the reason on the page of the source. */
import { CheckCircleOutlined, ClockCircleOutlined, CloseCircleOutlined, MinusCircleOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { JobState, Source } from "@/api/sources";

const ICONS = {
  good: <CheckCircleOutlined aria-hidden="true" />,
  warn: <ClockCircleOutlined aria-hidden="true" />,
  bad: <CloseCircleOutlined aria-hidden="true" />,
  soft: <MinusCircleOutlined aria-hidden="true" />,
};
type Tone = keyof typeof ICONS;

export function Tag({ tone, children }: { tone: Tone; children: ReactNode }): ReactNode {
  return (
    <span className={`source-tag source-tag-${tone}`}>
      {ICONS[tone]} {children}
    </span>
  );
}

const TONES: Record<Source["state"], Tone> = { current: "good", late: "warn", failed: "bad", never_read: "soft" };

export function StateTag({ source }: { source: Source }): ReactNode {
  const { t } = useTranslation("sources");
  return <Tag tone={TONES[source.state]}>{t(`state.${source.state}`)}</Tag>;
}

const JOB_TONES: Record<JobState | "cut", Tone> = {
  queued: "soft",
  running: "warn",
  succeeded: "good",
  failed: "bad",
  cancelled: "soft",
  cut: "bad",
};

export function JobTag({ state }: { state: JobState | "cut" }): ReactNode {
  const { t } = useTranslation("sources");
  return <Tag tone={JOB_TONES[state]}>{t(`job.${state}`)}</Tag>;
}

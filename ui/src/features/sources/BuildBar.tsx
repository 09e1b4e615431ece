/** The build that runs, step by step, with a way to stop it; else a button to start one. */
import { PlayCircleOutlined, StopOutlined } from "@ant-design/icons";
import { Button, Progress } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cancelJob, isOpen, type Job, startBuild, useCurrentBuild, useRefreshSources } from "@/api/sources";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { ErrorLine } from "@/components/ErrorState";
import { Text } from "@/components/Text";

export const STEPS = ["land", "conform", "resolve", "unify", "report", "publish"] as const;

const ALL: string[] = [];

/** `sources`: what its button builds; all where empty. */
export function BuildBar({ sources = ALL }: { sources?: string[] }): ReactNode {
  const { t } = useTranslation("sources");
  const { may } = useSession();
  const { data } = useCurrentBuild();
  const refresh = useRefreshSources();
  const [error, setError] = useState<unknown>(null);
  const [isAsking, setIsAsking] = useState(false);
  const job = data?.job ?? null;
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !isOpen(job)) refresh();
    wasOpen.current = isOpen(job);
  }, [job, refresh]);

  const ask = async (action: () => Promise<unknown>): Promise<void> => {
    setError(null);
    setIsAsking(true);
    try {
      await action();
    } catch (failure) {
      setError(failure);
    } finally {
      setIsAsking(false);
      refresh();
    }
  };

  return (
    <div className="build-bar" aria-live="polite">
      {job && isOpen(job) ? (
        <Running job={job} onCancel={may("run", "build") ? () => ask(() => cancelJob(job.job_id)) : undefined} />
      ) : (
        <div className="build-idle">
          {may("run", "build") && (
            <Button
              icon={<PlayCircleOutlined />}
              loading={isAsking}
              onClick={() => void ask(() => startBuild(sources))}
            >
              {sources.length > 0 ? t("build.this") : t("build.start")}
            </Button>
          )}
          <Link to="/sources/-/builds">{t("history")}</Link>
        </div>
      )}
      <ErrorLine error={error} />
    </div>
  );
}

function Running({ job, onCancel }: { job: Job; onCancel?: () => Promise<void> }): ReactNode {
  const { t } = useTranslation("sources");
  const { step, fraction, message } = job.progress;
  const at = STEPS.findIndex((known) => known === step);
  const words = job.state === "queued" ? t("build.waits") : at < 0 ? t("build.begins") : t(`step.${step}`);
  return (
    <div className="build-running">
      <div className="build-words">
        <strong>{job.is_cancel_requested ? t("build.stopping") : words}</strong>{" "}
        {at >= 0 && <span className="soft">{t("build.step_of", { step: at + 1, steps: STEPS.length })}</span>}
        {message && (
          <div className="soft build-message">
            <Text>{message}</Text>
          </div>
        )}
      </div>
      <Progress
        percent={fraction === null ? 0 : Math.round(fraction * 100)}
        status="active"
        showInfo={false}
        aria-label={t("build.progress")}
      />
      {onCancel && (
        <ConfirmButton
          icon={<StopOutlined />}
          question={t("build.cancel_question")}
          consequence={t("build.cancel_what")}
          confirm={t("build.cancel")}
          disabled={job.is_cancel_requested}
          onConfirm={onCancel}
        >
          {t("build.cancel")}
        </ConfirmButton>
      )}
    </div>
  );
}

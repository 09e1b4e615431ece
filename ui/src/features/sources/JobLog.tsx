/** One job with its log, which grows while it runs; stop it or ask for it again. */
import { Button, Drawer } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ApiError } from "@/api/client";
import { cancelJob, isOpen, retryJob, useJob, useRefreshSources } from "@/api/sources";
import { useLanguage } from "@/app/language";
import { useSession } from "@/app/session";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Text } from "@/components/Text";
import { JobTag } from "./StateTag";

interface Line {
  seq: number;
  at: string;
  line: string;
}

const POLL_MS = 1_000;

/** Lines as they come; asks for those after the last one only. */
function useLog(jobId: string): Line[] {
  const [lines, setLines] = useState<Line[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let after = 0;
    const ask = async (): Promise<void> => {
      try {
        const page = await api.get<{ items: Line[]; after: number; is_over: boolean }>(`/jobs/${jobId}/log`, {
          query: { after },
          signal: controller.signal,
        });
        after = page.after;
        if (page.items.length > 0) setLines((before) => [...before, ...page.items]);
        else if (page.is_over) return;
      } catch {
        if (controller.signal.aborted) return;
      }
      timer = setTimeout(() => void ask(), POLL_MS);
    };
    void ask();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [jobId]);
  return lines;
}

export function JobLog({ jobId, onClose }: { jobId: string; onClose: () => void }): ReactNode {
  const { t } = useTranslation("sources");
  const { may } = useSession();
  const { isRtl } = useLanguage();
  const { data: job, error, refetch } = useJob(jobId);
  const refresh = useRefreshSources();
  const lines = useLog(jobId);
  const [failure, setFailure] = useState<unknown>(null);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (lines.length > 0) end.current?.scrollIntoView({ block: "nearest" });
  }, [lines.length]);
  const mayRun = job ? may("run", job.kind === "build" ? "build" : "job") : false;
  const act = (action: () => Promise<unknown>, isLast = false): void => {
    setFailure(null);
    action().then(
      () => (refresh(), isLast && onClose()),
      (problem: unknown) => setFailure(problem),
    );
  };
  const buttons = job && mayRun && (
    <div className="row-buttons">
      {isOpen(job) ? (
        <Button onClick={() => act(() => cancelJob(jobId))} disabled={job.is_cancel_requested}>
          {t("build.cancel")}
        </Button>
      ) : (
        <Button onClick={() => act(() => retryJob(jobId), true)}>{t("job.retry")}</Button>
      )}
    </div>
  );
  return (
    <Drawer
      open
      size={640}
      styles={{ wrapper: { maxInlineSize: "100vw" } }}
      placement={isRtl ? "left" : "right"}
      title={t("log")}
      extra={buttons}
      onClose={onClose}
    >
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {!job && !error && <Loading lines={3} />}
      {job && (
        <p>
          <JobTag state={job.state} /> <code>{job.job_id}</code>{" "}
          <span className="soft">{t("job.attempts", { count: job.attempts })}</span>
        </p>
      )}
      {job?.error && <ErrorLine error={ApiError.said(job.error)} />}
      <ErrorLine error={failure} />
      {lines.length === 0 && job && <p className="soft">{t("log.none")}</p>}
      <ol className="log" aria-label={t("log")} tabIndex={0}>
        {lines.map(({ seq, at, line }) => (
          <li key={seq}>
            <span className="soft">
              <Moment value={at} as="time" />
            </span>{" "}
            <Text>{line}</Text>
          </li>
        ))}
      </ol>
      <div ref={end} />
    </Drawer>
  );
}

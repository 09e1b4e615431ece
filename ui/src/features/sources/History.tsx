/** All builds: who asked, how long each step took, what went wrong. */
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePaged } from "@/api/paged";
import { type Build, type JobState, startBuild, type Step, useRefreshSources, useSourceChanges } from "@/api/sources";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Moment } from "@/components/Moment";
import { Num } from "@/components/Num";
import { Page } from "@/components/Page";
import { ErrorLine } from "@/components/ErrorState";
import { ApiError } from "@/api/client";
import { BackLink } from "@/components/BackLink";
import { BuildBar, STEPS } from "./BuildBar";
import { JobLog } from "./JobLog";
import { logButton } from "./LogButton";
import { JobTag } from "./StateTag";

function stateOf({ job, finished_at: finished }: Build): JobState | "cut" {
  return job?.state ?? (finished ? "succeeded" : "cut");
}

export function History(): ReactNode {
  const { t } = useTranslation("sources");
  const builds = usePaged<Build>(["builds", "list"], "/builds", { limit: 20 });
  const [open, setOpen] = useState<string | null>(null);
  useSourceChanges();
  const columns: Column<Build>[] = [
    {
      key: "at",
      title: t("build"),
      isPrimary: true,
      render: ({ at, build_no: no }) => (
        <>
          {no !== null && (
            <>
              {t("build.number")} <Num value={no} useGrouping={false} />
              {" · "}
            </>
          )}
          <Moment value={at} />
        </>
      ),
    },
    { key: "state", title: t("state"), render: (build) => <JobTag state={stateOf(build)} /> },
    { key: "took", title: t("build.took"), isNumber: true, render: (build) => <Seconds value={secondsOf(build)} /> },
    { key: "steps", title: t("build.steps"), render: (build) => <Steps build={build} /> },
    { key: "problems", title: t("build.problems"), render: (build) => <Problems build={build} /> },
  ];
  return (
    <Page title={t("history")} heading={<BackLink to="/sources">{t("history")}</BackLink>}>
      <BuildBar />
      <DataTable
        label={t("history")}
        columns={columns}
        {...builds}
        rowKey={({ entry_id }) => entry_id}
        empty={<EmptyState title={t("history.none")} />}
        actions={logButton(setOpen)}
      />
      {open && <JobLog jobId={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

function secondsOf({ steps }: Build): number {
  return Object.values(steps).reduce((sum, { seconds }) => sum + seconds, 0);
}

function Seconds({ value }: { value: number }): ReactNode {
  if (!value) return "–";
  const isLong = value >= 90;
  const writing = {
    style: "unit",
    unit: isLong ? "minute" : "second",
    unitDisplay: "short",
    maximumFractionDigits: 1,
  } as const;
  return <Num value={isLong ? value / 60 : value} {...writing} />;
}

/** The share of each step, drawn; its seconds in words. */
function Steps({ build }: { build: Build }): ReactNode {
  const { t } = useTranslation("sources");
  const total = secondsOf(build);
  if (!total) return "–";
  return (
    <ul className="steps" aria-label={t("build.steps")}>
      {STEPS.filter((step) => build.steps[step]?.seconds).map((step) => (
        <li key={step} data-step={step} style={{ flexGrow: build.steps[step]?.seconds ?? 0 }} title={t(`step.${step}`)}>
          <span className="visually-hidden">
            {t(`step.${step}`)} <Seconds value={build.steps[step]?.seconds ?? 0} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Problems({ build }: { build: Build }): ReactNode {
  const error = build.job?.state === "failed" ? build.job.error : null;
  const problems = build.steps["land"]?.problems ?? [];
  const kept = build.steps["resolve"]?.kept_map;
  if (!error && !kept && problems.length === 0) return "–";
  return (
    <div className="problems">
      {kept && <KeptMap kept={kept} />}
      {error && <ErrorLine error={ApiError.said(error)} />}
      {problems.map((problem) => (
        <ErrorLine key={problem.source} error={ApiError.said(problem)} />
      ))}
    </div>
  );
}

/** The build would have changed more customers than allowed and published nothing; who may, agrees to it. */
function KeptMap({ kept }: { kept: NonNullable<Step["kept_map"]> }): ReactNode {
  const { t } = useTranslation("sources");
  const { may } = useSession();
  const refresh = useRefreshSources();
  const [error, setError] = useState<unknown>(null);
  const agree = async (): Promise<void> => {
    try {
      await startBuild([], { isConfirmed: true });
      refresh();
    } catch (refused) {
      setError(refused);
    }
  };
  return (
    <div>
      <p>
        {t("kept", { count: kept.changed, all: kept.customers })} {t("kept.why")}
      </p>
      {may("run", "build") && may("run", "identity") && (
        <ConfirmButton question={t("kept.ask")} consequence={t("kept.what")} confirm={t("kept.do")} onConfirm={agree}>
          {t("kept.do")}
        </ConfirmButton>
      )}
      <ErrorLine error={error} />
    </div>
  );
}

/** Settings, jobs: what runs and what ran on the server, with logs. */
import "../sources.css";
import { Select } from "antd";
import type { ReactNode } from "react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { usePaged } from "@/api/paged";
import { type Job, useSourceChanges } from "@/api/sources";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Moment } from "@/components/Moment";
import { ShareOf } from "@/components/Num";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";
import { Toolbar } from "@/components/Toolbar";
import { ErrorLine } from "@/components/ErrorState";
import { ApiError } from "@/api/client";
import { JobLog } from "../JobLog";
import { logButton } from "../LogButton";
import { JobTag } from "../StateTag";

const STATES = ["queued", "running", "succeeded", "failed", "cancelled"] as const;

export default function Jobs(): ReactNode {
  const { t } = useTranslation("sources");
  const [parameters, setParameters] = useSearchParams();
  const state = parameters.get("state") ?? undefined;
  const jobs = usePaged<Job>(["jobs", "list"], "/jobs", { limit: 50, state });
  const [open, setOpen] = useState<string | null>(null);
  useSourceChanges();
  const columns: Column<Job>[] = [
    {
      key: "kind",
      title: t("job.kind"),
      isPrimary: true,
      render: ({ kind }) => (kind === "build" ? t("build") : <Text>{kind}</Text>),
    },
    { key: "state", title: t("state"), render: (job) => <JobTag state={job.state} /> },
    {
      key: "progress",
      title: t("job.progress"),
      render: ({ progress, error, state: now }) =>
        now === "running" && progress.fraction !== null ? (
          <ShareOf value={progress.fraction} />
        ) : error ? (
          <ErrorLine error={ApiError.said(error)} />
        ) : (
          "–"
        ),
    },
    { key: "by", title: t("job.by"), isHiddenOnPhone: true, render: (job) => <code>{job.requested_by}</code> },
    { key: "at", title: t("job.at"), render: (job) => <Moment value={job.created_at} /> },
  ];
  return (
    <Page title={t("jobs")} lead={t("jobs.lead")}>
      <Toolbar label={t("filter")}>
        <Select
          aria-label={t("state")}
          allowClear
          placeholder={t("state")}
          className="filter"
          value={state}
          options={STATES.map((one) => ({ value: one, label: t(`job.${one}`) }))}
          onChange={(next?: string) => setParameters(next ? { state: next } : {}, { replace: true })}
        />
      </Toolbar>
      <DataTable
        label={t("jobs")}
        columns={columns}
        {...jobs}
        rowKey={({ job_id }) => job_id}
        empty={<EmptyState title={t("jobs.none")} />}
        actions={logButton(setOpen)}
      />
      {open && <JobLog jobId={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

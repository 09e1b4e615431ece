import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Job } from "@/api/sources";

function LogButton({ onOpen }: { onOpen: () => void }): ReactNode {
  const { t } = useTranslation("sources");
  return (
    <Button size="small" onClick={onOpen}>
      {t("log")}
    </Button>
  );
}

/** The button at the end of a job's row. */
export function logButton(
  open: (jobId: string) => void,
): (row: Pick<Job, "job_id"> | { job: Job | null }) => ReactNode {
  return (row) => {
    const job = "job" in row ? row.job : row;
    return job && <LogButton onOpen={() => open(job.job_id)} />;
  };
}

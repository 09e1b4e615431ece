/** What changed the map: builds, decisions, undos; what the next build would change; and how to take a change back. */
import { Alert, Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { askPlan, type Run, useKeptMap, usePreview, usePreviews, useRefreshIdentity, useRuns } from "@/api/previews";
import { startBuild } from "@/api/sources";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { EmptyState } from "@/components/EmptyState";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { PreviewResult } from "./PreviewResult";
import { RunChanges } from "./RunChanges";
import { UndoDialog } from "./UndoDialog";

const COUNTS = ["created", "merged", "split", "moved", "restored", "retired"] as const;

export default function Runs(): ReactNode {
  return (
    <>
      <KeptMap />
      <NextBuild />
      <RunList />
    </>
  );
}

/** The last build would have changed too much and published nothing: says so, and lets a person agree. */
function KeptMap(): ReactNode {
  const { t } = useTranslation("identity");
  const { may } = useSession();
  const refresh = useRefreshIdentity();
  const { data: kept } = useKeptMap();
  const [error, setError] = useState<unknown>(null);
  const [isStarted, setIsStarted] = useState(false);
  if (!kept) return null;
  const agree = async (): Promise<void> => {
    try {
      await startBuild([], { isConfirmed: true });
      setIsStarted(true);
      refresh();
    } catch (refused) {
      setError(refused);
    }
  };
  return (
    <Alert
      type="warning"
      showIcon
      className="id-kept"
      message={t("kept.title", { count: kept.changed, all: kept.customers })}
      description={
        <>
          <p>{t("kept.why", { share: Math.round(kept.share * 100), limit: Math.round(kept.limit * 100) })}</p>
          {isStarted && <p>{t("kept.started")}</p>}
          {!isStarted && may("run", "build") && may("run", "identity") && (
            <ConfirmButton
              question={t("kept.ask")}
              consequence={t("kept.what")}
              confirm={t("kept.do")}
              onConfirm={agree}
            >
              {t("kept.do")}
            </ConfirmButton>
          )}
          <ErrorLine error={error} />
        </>
      }
    />
  );
}

/** The plan of the next build: asked for, shown, not made. */
function NextBuild(): ReactNode {
  const { t } = useTranslation("identity");
  const { may } = useSession();
  const refresh = useRefreshIdentity();
  const [query, setQuery] = useSearchParams();
  const latest = usePreviews("plan");
  const id = query.get("plan");
  const shown = usePreview("plan", id);
  const [error, setError] = useState<unknown>(null);
  const ask = async (): Promise<void> => {
    setError(null);
    try {
      const { preview_id } = await askPlan();
      setQuery({ plan: preview_id });
      refresh();
    } catch (failure) {
      setError(failure);
    }
  };
  const before = latest.data?.items[0];
  return (
    <>
      <Section
        title={t("plan.title")}
        lead={t("plan.lead")}
        id="id-plan"
        actions={may("run", "build") && <Button onClick={() => void ask()}>{t("plan.ask")}</Button>}
      >
        {!id && before && (
          <Button type="link" onClick={() => setQuery({ plan: before.preview_id })}>
            {t("plan.latest")} <Moment value={before.asked_at} as="moment" />
          </Button>
        )}
        <ErrorLine error={error} />
      </Section>
      {shown.error && <ErrorState error={shown.error} />}
      {shown.data && <PreviewResult preview={shown.data} />}
    </>
  );
}

function RunList(): ReactNode {
  const { t } = useTranslation("identity");
  const list = useRuns();
  return (
    <Section title={t("runs.title")} id="id-runs">
      {list.isLoading && <Loading lines={6} />}
      {list.error !== null && <ErrorState error={list.error} onRetry={list.onRetry} />}
      {!list.isLoading && !list.error && list.rows.length === 0 && <EmptyState title={t("runs.none")} />}
      <ol className="id-changes">
        {list.rows.map((run) => (
          <OneRun key={run.run_id} run={run} />
        ))}
      </ol>
      {list.hasMore && (
        <Button loading={list.isLoadingMore} onClick={list.onMore}>
          {t("changes.more")}
        </Button>
      )}
    </Section>
  );
}

function OneRun({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation("identity");
  const { may } = useSession();
  const [isOpen, setIsOpen] = useState(false);
  const [isUndoing, setIsUndoing] = useState(false);
  const moved = ["merged", "split", "moved", "restored"].some((name) => (run.counts[name] ?? 0) > 0);
  const title = run.build_no === null ? run.actor : t("runs.build", { number: run.build_no });
  return (
    <li>
      <div className="id-change">
        <span className="id-change-words">
          <b>
            <Text>{title}</Text>
          </b>{" "}
          · <Moment value={run.applied_at} as="moment" />
          <br />
          <span className="soft">
            {COUNTS.filter((name) => (run.counts[name] ?? 0) > 0)
              .map((name) => t(`runs.${name}`, { count: run.counts[name] ?? 0 }))
              .join(" · ") || t("runs.nothing")}
          </span>
          {run.reason && (
            <>
              <br />
              <Text>{run.reason}</Text>
            </>
          )}
        </span>
        {moved && (
          <Button size="small" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            {t(isOpen ? "changes.close" : "runs.open")}
          </Button>
        )}
        {moved && may("update", "identity") && (
          <Button size="small" onClick={() => setIsUndoing(true)}>
            {t("undo.run")}
          </Button>
        )}
      </div>
      {isOpen && <RunChanges run={run} />}
      {isUndoing && <UndoDialog undoing={{ what: "runs", id: run.run_id }} onClose={() => setIsUndoing(false)} />}
    </li>
  );
}

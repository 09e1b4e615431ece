/** The silo report alive: every mark opens the customers behind it. */
import { InfoCircleOutlined, LoadingOutlined, MergeOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, newIdempotencyKey } from "@/api/client";
import { type BuildNow, type OverviewPage as PageOf, useOverview } from "@/api/overview";
import { useSession } from "@/app/session";
import { EmptyState } from "@/components/EmptyState";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";
import { Actions } from "./Actions";
import { Completeness } from "./Completeness";
import { Headline } from "./Headline";
import { History } from "./History";
import { Overlap } from "./Overlap";
import { Signs } from "./Signs";
import { BySystems, Systems } from "./Systems";
import "./overview.css";

/** What a running build is at; said to screen readers only when the step changes. */
function Building({ building }: { building: BuildNow }): ReactNode {
  const { t } = useTranslation("overview");
  const step = t(`step.${building.step}`, { defaultValue: building.message });
  return (
    <div className="banner ov-building" role="status">
      <LoadingOutlined aria-hidden="true" />
      <span>{t(building.state === "queued" ? "building.waits" : "building")}</span>
      {step && <span className="soft">{step}</span>}
      {building.fraction !== null && <progress value={building.fraction} max={1} aria-label={t("building.progress")} />}
      <Link to="/settings/jobs">{t("building.log")}</Link>
    </div>
  );
}

function FirstSteps({ page, onStarted }: { page: PageOf; onStarted: () => void }): ReactNode {
  const { t } = useTranslation("overview");
  const { may } = useSession();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const start = async (): Promise<void> => {
    setIsBusy(true);
    setError(null);
    await api.post("/builds", {}, { idempotencyKey: newIdempotencyKey() }).then(onStarted, setError);
    setIsBusy(false);
  };
  if (page.state === "no_sources") {
    const action = may("create", "source") && (
      <Link to="/sources" className="ov-button">
        {t("empty.connect")}
      </Link>
    );
    return (
      <EmptyState title={t("empty.title")} action={action}>
        {t(may("create", "source") ? "empty.text" : "empty.text_others")}
      </EmptyState>
    );
  }
  const action = may("run", "build") && !page.building && (
    <Button type="primary" loading={isBusy} onClick={() => void start()}>
      {t("not_built.build")}
    </Button>
  );
  return (
    <EmptyState title={t(page.building ? "not_built.building" : "not_built.title")} action={action}>
      {t("not_built.text")}
      <ErrorLine error={error} />
    </EmptyState>
  );
}

/** From when on it is known how the signs moved among the customers of the viewer's scope, and why not before. */
function TrendNote({ from, now }: { from: number | null; now: number | undefined }): ReactNode {
  const { t } = useTranslation("overview");
  const isKnown = from !== null && from !== now;
  return (
    <p className="ov-scope" role="note">
      <InfoCircleOutlined aria-hidden="true" /> {isKnown ? t("trend.since", { build: from }) : t("trend.not_yet")}
    </p>
  );
}

/** The way to the doubtful cases that wait for this viewer; nothing where none does. */
function Reviews({ reviews }: { reviews: PageOf["reviews"] }): ReactNode {
  const { t } = useTranslation("overview");
  if (!reviews || reviews.open + reviews.for_me === 0) return null;
  return (
    <p className="ov-scope ov-reviews">
      <MergeOutlined aria-hidden="true" />
      {reviews.open > 0 && <Link to="/identity/review">{t("reviews", { count: reviews.open })}</Link>}
      {reviews.for_me > 0 && (
        <Link to="/identity/review?state=waiting">{t("reviews.for_me", { count: reviews.for_me })}</Link>
      )}
    </p>
  );
}

function Report({ page }: { page: PageOf }): ReactNode {
  const { t } = useTranslation("overview");
  const { overview } = page;
  if (!overview) return null;
  return (
    <>
      {!overview.is_everything && (
        <p className="ov-scope">
          <InfoCircleOutlined aria-hidden="true" /> {t("scope")}
        </p>
      )}
      <Headline overview={overview} />
      <Reviews reviews={page.reviews} />
      <Actions actions={overview.actions} />
      <Signs signs={overview.signs} history={page.history} />
      {!overview.is_everything && <TrendNote from={page.trend_from_build} now={page.build?.build_no} />}
      <History history={page.history} />
      <div className="ov-pair">
        <BySystems entries={overview.by_systems} />
        <Overlap overlap={overview.overlap} />
      </div>
      <Completeness held={overview.completeness} />
      <Systems systems={overview.systems} currency={page.currency} lastReads={page.last_reads} />
      {overview.notes.length > 0 && (
        <details className="ov-notes">
          <summary>{t("notes")}</summary>
          <ul lang="en" dir="ltr">
            {overview.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

export function OverviewPage(): ReactNode {
  const { t } = useTranslation("overview");
  const { data: page, error, isPending, refetch } = useOverview();
  const lead = page?.build && (
    <>
      <Text>{page.name}</Text> · {t("lead.build", { build: page.build.build_no })}{" "}
      <Moment value={page.build.made_at} as="relative" />
    </>
  );
  const content = (): ReactNode => {
    if (isPending) return <Loading lines={8} />;
    if (!page) return <ErrorState error={error} onRetry={() => void refetch()} />;
    return page.overview ? <Report page={page} /> : <FirstSteps page={page} onStarted={() => void refetch()} />;
  };
  return (
    <Page title={t("title")} lead={lead}>
      {page?.building && <Building building={page.building} />}
      {content()}
    </Page>
  );
}

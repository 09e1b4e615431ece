/** When builds start by themselves: a list, and a form for one. */
import { DeleteOutlined, EditOutlined, PauseOutlined, PlayCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { type Schedule, type ScheduleDraft, useRefreshSources, useSchedules } from "@/api/sources";
import { intlLocale } from "@/app/language";
import { usePreferences } from "@/app/preferences";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Text } from "@/components/Text";
import { clock, planOf, weekday } from "./cron";
import { ScheduleForm } from "./ScheduleForm";

export function useWords(): (cron: string) => string {
  const { t } = useTranslation("sources");
  const locale = intlLocale(usePreferences());
  return (cron) => {
    const { every, hour, minute, day } = planOf(cron);
    if (every === "other") return cron;
    const time = every === "hour" ? clock(0, minute, locale).slice(-2) : clock(hour, minute, locale);
    return t(`schedule.${every}.words`, { time, day: weekday(day, locale) });
  };
}

/** `only`: show what concerns this source. */
export function Schedules({ sources, only }: { sources: string[]; only?: string }): ReactNode {
  const { t } = useTranslation("sources");
  const { may } = useSession();
  const { data, isPending, error, refetch } = useSchedules();
  const refresh = useRefreshSources();
  const [edited, setEdited] = useState<Schedule | "new" | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const words = useWords();
  if (isPending) return <Loading lines={2} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  const shown = data.items.filter((one) => !only || one.sources.length === 0 || one.sources.includes(only));
  const mayChange = may("create", "build");

  const act = async (action: () => Promise<unknown>): Promise<void> => {
    setFailure(null);
    await action().catch(setFailure);
    refresh();
  };

  return (
    <>
      {shown.length === 0 && <p className="soft">{t("schedules.none")}</p>}
      <ul className="schedules">
        {shown.map((one) => (
          <li key={one.schedule_id}>
            <div>
              <strong>{words(one.cron)}</strong>{" "}
              <span className="soft">
                <bdi>{one.time_zone}</bdi>
              </span>
              <div className="soft">
                {one.sources.length === 0 ? t("schedule.all") : <Text>{one.sources.join(", ")}</Text>}
                {" · "}
                {one.next_run_at ? (
                  <>
                    {t("schedule.next")} <Moment value={one.next_run_at} />
                  </>
                ) : (
                  t("schedule.paused")
                )}
              </div>
            </div>
            {mayChange && (
              <div className="row-buttons">
                <Button
                  icon={one.is_paused ? <PlayCircleOutlined /> : <PauseOutlined />}
                  aria-label={one.is_paused ? t("schedule.resume") : t("schedule.pause")}
                  title={one.is_paused ? t("schedule.resume") : t("schedule.pause")}
                  onClick={() => void act(() => put(one, { ...draftOf(one), is_paused: !one.is_paused }))}
                />
                <Button
                  icon={<EditOutlined />}
                  aria-label={t("edit")}
                  title={t("edit")}
                  onClick={() => setEdited(one)}
                />
                <ConfirmButton
                  danger
                  icon={<DeleteOutlined />}
                  aria-label={t("delete")}
                  question={t("schedule.delete_question")}
                  confirm={t("delete")}
                  onConfirm={() =>
                    act(() => api.delete(`/schedules/${one.schedule_id}`, { ifMatch: `"${one.version}"` }))
                  }
                />
              </div>
            )}
          </li>
        ))}
      </ul>
      <ErrorLine error={failure} />
      {mayChange && (
        <Button icon={<PlusOutlined />} onClick={() => setEdited("new")}>
          {t("schedule.add")}
        </Button>
      )}
      {edited && (
        <ScheduleForm
          sources={sources}
          first={edited === "new" ? { sources: only ? [only] : [] } : draftOf(edited)}
          onSave={(draft) => (edited === "new" ? api.post("/schedules", draft) : put(edited, draft))}
          onClose={() => {
            setEdited(null);
            refresh();
          }}
        />
      )}
    </>
  );
}

function put(one: Schedule, draft: ScheduleDraft): Promise<unknown> {
  return api.put(`/schedules/${one.schedule_id}`, draft, { ifMatch: `"${one.version}"` });
}

function draftOf({ cron, time_zone, is_paused, sources }: Schedule): ScheduleDraft {
  return { cron, time_zone, is_paused, sources };
}

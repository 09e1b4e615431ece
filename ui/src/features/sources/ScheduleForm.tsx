/** One schedule: how often, when, on whose clocks, which sources. */
import { Form, Input, InputNumber, Modal, Select } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ScheduleDraft } from "@/api/sources";
import { intlLocale } from "@/app/language";
import { usePreferences } from "@/app/preferences";
import { ErrorLine } from "@/components/ErrorState";
import { cronOf, FIRST_PLAN, type Plan, planOf, weekday } from "./cron";

interface Props {
  sources: string[];
  first: Partial<ScheduleDraft>;
  onSave: (draft: ScheduleDraft) => Promise<unknown>;
  onClose: () => void;
}

const EVERY = ["hour", "day", "weekday", "week", "other"] as const;
const two = (value: number): string => String(value).padStart(2, "0");

export function ScheduleForm({ sources, first, onSave, onClose }: Props): ReactNode {
  const { t } = useTranslation("sources");
  const writing = usePreferences();
  const locale = intlLocale(writing);
  const here = writing.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [plan, setPlan] = useState<Plan>(first.cron ? planOf(first.cron) : FIRST_PLAN);
  const [zone, setZone] = useState(first.time_zone ?? here);
  const [chosen, setChosen] = useState(first.sources ?? []);
  const [error, setError] = useState<unknown>(null);
  const [isSaving, setIsSaving] = useState(false);
  const set = (part: Partial<Plan>): void => setPlan({ ...plan, ...part });
  const zones = [...new Set([zone, here, "UTC", ...Intl.supportedValuesOf("timeZone")])];

  const save = async (): Promise<void> => {
    setIsSaving(true);
    try {
      await onSave({ cron: cronOf(plan), time_zone: zone, is_paused: first.is_paused ?? false, sources: chosen });
      onClose();
    } catch (failure) {
      setError(failure);
    } finally {
      setIsSaving(false);
    }
  };

  return (
    <Modal
      open
      title={t("schedule.title")}
      okText={t("save")}
      cancelText={t("cancel")}
      confirmLoading={isSaving}
      onOk={() => void save()}
      onCancel={onClose}
    >
      <Form layout="vertical" component={false}>
        <Form.Item label={t("schedule.every")} htmlFor="schedule-every">
          <Select
            id="schedule-every"
            aria-label={t("schedule.every")}
            value={plan.every}
            options={EVERY.map((every) => ({ value: every, label: t(`schedule.${every}`) }))}
            onChange={(every) => set({ every, cron: cronOf(plan) })}
          />
        </Form.Item>
        {plan.every === "week" && (
          <Form.Item label={t("schedule.on_day")} htmlFor="schedule-day">
            <Select
              id="schedule-day"
              aria-label={t("schedule.on_day")}
              value={plan.day}
              options={[1, 2, 3, 4, 5, 6, 0].map((day) => ({ value: day, label: weekday(day, locale) }))}
              onChange={(day) => set({ day })}
            />
          </Form.Item>
        )}
        {plan.every === "hour" && (
          <Form.Item label={t("schedule.minute")} htmlFor="schedule-minute">
            <InputNumber
              id="schedule-minute"
              min={0}
              max={59}
              value={plan.minute}
              onChange={(minute) => set({ minute: minute ?? 0 })}
            />
          </Form.Item>
        )}
        {["day", "weekday", "week"].includes(plan.every) && (
          <Form.Item label={t("schedule.time")} htmlFor="schedule-time">
            <Input
              id="schedule-time"
              type="time"
              value={`${two(plan.hour)}:${two(plan.minute)}`}
              onChange={({ target }) => {
                const [hour = 0, minute = 0] = target.value.split(":").map(Number);
                set({ hour, minute });
              }}
            />
          </Form.Item>
        )}
        {plan.every === "other" && (
          <Form.Item label={t("schedule.cron")} htmlFor="schedule-cron" extra={t("schedule.cron_what")}>
            <Input
              id="schedule-cron"
              dir="ltr"
              value={plan.cron}
              onChange={({ target }) => set({ cron: target.value })}
            />
          </Form.Item>
        )}
        <Form.Item label={t("schedule.zone")} htmlFor="schedule-zone">
          <Select
            id="schedule-zone"
            aria-label={t("schedule.zone")}
            showSearch
            value={zone}
            options={zones.map((name) => ({ value: name, label: name }))}
            onChange={setZone}
          />
        </Form.Item>
        <Form.Item label={t("schedule.sources")} htmlFor="schedule-sources" extra={t("schedule.sources_what")}>
          <Select
            id="schedule-sources"
            aria-label={t("schedule.sources")}
            mode="multiple"
            allowClear
            placeholder={t("schedule.all")}
            value={chosen}
            options={sources.map((name) => ({ value: name, label: name }))}
            onChange={setChosen}
          />
        </Form.Item>
      </Form>
      <ErrorLine error={error} />
    </Modal>
  );
}

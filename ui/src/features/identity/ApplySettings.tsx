/** From a what-if to the settings: the change of the configuration is shown, then applied, then built. */
import { Button, Modal } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { applySettings, planSettings, type Preview, useRefreshIdentity } from "@/api/previews";
import { startBuild } from "@/api/sources";
import { useSession } from "@/app/session";
import { ErrorLine } from "@/components/ErrorState";
import { Text } from "@/components/Text";

type Planned = Awaited<ReturnType<typeof planSettings>>;

export function ApplySettings({ preview }: { preview: Preview }): ReactNode {
  const { t } = useTranslation("identity");
  const { may } = useSession();
  const refresh = useRefreshIdentity();
  const [planned, setPlanned] = useState<Planned | null>(null);
  const [state, setState] = useState<"asked" | "applied" | "building">("asked");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  if (!preview.outcome || !may("administer", "settings")) return null;

  const act = async (work: () => Promise<void>): Promise<void> => {
    setError(null);
    setIsBusy(true);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  const apply = (): Promise<void> =>
    act(async () => {
      if (!planned) return;
      await applySettings(planned.files, planned.plan.fingerprint);
      setPlanned(null);
      setState("applied");
      refresh();
    });
  const build = (): Promise<void> =>
    act(async () => {
      await startBuild([]);
      setState("building");
      refresh();
    });
  return (
    <div className="id-apply" aria-live="polite">
      {state === "asked" && (
        <Button
          loading={isBusy && !planned}
          onClick={() => void act(async () => setPlanned(await planSettings(preview.preview_id)))}
        >
          {t("apply.open")}
        </Button>
      )}
      {state === "applied" && (
        <>
          <p>{t("apply.done")}</p>
          {may("run", "build") && (
            <Button type="primary" loading={isBusy} onClick={() => void build()}>
              {t("apply.build")}
            </Button>
          )}
        </>
      )}
      {state === "building" && (
        <p>
          {t("apply.building")} <Link to="/identity/runs">{t("tab.runs")}</Link>
        </p>
      )}
      {!planned && <ErrorLine error={error} />}
      <Modal
        open={planned !== null}
        title={t("apply.title")}
        okText={t("apply.do")}
        cancelText={t("apply.cancel")}
        okButtonProps={{ disabled: !planned?.plan.changes.length || planned.plan.problems.length > 0 }}
        confirmLoading={isBusy}
        onOk={() => void apply()}
        onCancel={() => setPlanned(null)}
      >
        <p>{t("apply.what")}</p>
        {planned && <SettingChanges planned={planned} />}
        <ErrorLine error={error} />
      </Modal>
    </div>
  );
}

function SettingChanges({ planned }: { planned: Planned }): ReactNode {
  const { t } = useTranslation("identity");
  const fields = planned.plan.changes.flatMap(({ fields }) => fields);
  if (fields.length === 0 && planned.plan.problems.length === 0) return <p>{t("apply.nothing")}</p>;
  return (
    <ul className="id-list">
      {planned.plan.problems.map(({ name, message, hint }) => (
        <li key={name} role="alert">
          <Text>{message}</Text> <Text>{hint}</Text>
        </li>
      ))}
      {fields.map(({ path, before, after }) => (
        <li key={path}>
          <code dir="ltr">{path}</code>: <Text>{shown(before)}</Text> → <Text>{shown(after)}</Text>
        </li>
      ))}
    </ul>
  );
}

function shown(value: unknown): string {
  return value === null || value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);
}

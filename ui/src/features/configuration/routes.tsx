/** Settings → Configuration: everything that is configured, as text: download it, compare it, apply it. */
import { DeleteOutlined, DownloadOutlined, EditOutlined, FolderOpenOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Tag } from "antd";
import { type ChangeEvent, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { address, api } from "@/api/client";
import { useSession } from "@/app/session";
import { ErrorLine } from "@/components/ErrorState";
import { Page, Section } from "@/components/Page";
import { Text } from "@/components/Text";

interface Plan {
  fingerprint: string;
  is_applied: boolean;
  changes: {
    action: "create" | "change" | "delete";
    name: string;
    loss: string | null;
    fields: { path: string; before: unknown; after: unknown }[];
  }[];
  problems: { name: string; message: string; hint: string }[];
}

type Files = Record<string, string>;
const ICONS = {
  create: <PlusOutlined aria-hidden="true" />,
  change: <EditOutlined aria-hidden="true" />,
  delete: <DeleteOutlined aria-hidden="true" />,
} as const;

/** The YAML files of a folder that a person chose, by their path inside it. */
async function filesOf(list: FileList): Promise<Files> {
  const files: Files = {};
  for (const file of list) {
    const path = file.webkitRelativePath.split("/").slice(1).join("/");
    if (/^([a-z][a-z0-9_-]*\/)?[^/]+\.yaml$/.test(path)) files[path] = await file.text();
  }
  return files;
}

function shown(value: unknown): string {
  return value === null || value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);
}

function Changes({ plan }: { plan: Plan }): ReactNode {
  const { t } = useTranslation("configuration");
  return (
    <>
      {plan.problems.length > 0 && (
        <ul role="alert">
          {plan.problems.map((problem) => (
            <li key={`${problem.name} ${problem.message}`}>
              <code dir="ltr">{problem.name}</code>: <Text>{problem.message}</Text> <Text>{problem.hint}</Text>
            </li>
          ))}
        </ul>
      )}
      {plan.changes.length === 0 && <p role="status">{t("nothing")}</p>}
      {plan.changes.map((change) => (
        <details key={`${change.action} ${change.name}`} open={plan.changes.length < 20}>
          <summary>
            <Tag icon={ICONS[change.action]}>{t(`action.${change.action}`)}</Tag>
            <code dir="ltr">{change.name}</code>
          </summary>
          {change.fields.length > 0 && (
            <div className="scroll">
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">{t("field")}</th>
                    <th scope="col">{t("before")}</th>
                    <th scope="col">{t("after")}</th>
                  </tr>
                </thead>
                <tbody>
                  {change.fields.map((field) => (
                    <tr key={field.path}>
                      <th scope="row">
                        <code dir="ltr">{field.path}</code>
                      </th>
                      <td>
                        <Text>{shown(field.before)}</Text>
                      </td>
                      <td>
                        <Text>{shown(field.after)}</Text>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </details>
      ))}
    </>
  );
}

export default function Configuration(): ReactNode {
  const { t } = useTranslation("configuration");
  const { may } = useSession();
  const input = useRef<HTMLInputElement>(null);
  const [files, setFiles] = useState<Files | null>(null);
  const [plan, setPlan] = useState<Plan | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const act = async (work: () => Promise<Plan>): Promise<void> => {
    setIsBusy(true);
    setError(null);
    try {
      setPlan(await work());
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  const choose = async ({ target }: ChangeEvent<HTMLInputElement>): Promise<void> => {
    if (!target.files?.length) return;
    const chosen = await filesOf(target.files);
    target.value = "";
    setFiles(chosen);
    setPlan(null);
    await act(() => api.post<Plan>("/config/plan", { files: chosen }));
  };
  const apply = (): void => {
    void act(() => api.post<Plan>("/config/apply", { files, fingerprint: plan?.fingerprint }));
  };
  if (!may("administer", "settings")) return <Page title={t("configuration")}>{t("forbidden")}</Page>;
  return (
    <Page title={t("configuration")} lead={t("lead")}>
      <Section id="config-download" title={t("download")} lead={t("download.what")}>
        <Button icon={<DownloadOutlined />} href={address("/config", { format: "zip" }).toString()} download>
          {t("download")}
        </Button>
      </Section>
      <Section id="config-apply" title={t("apply")} lead={t("apply.what")}>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={t("choose")}
          onChange={(event) => void choose(event)}
          {...{ webkitdirectory: "" }}
        />
        <Button icon={<FolderOpenOutlined />} loading={isBusy} onClick={() => input.current?.click()}>
          {t("choose")}
        </Button>
        <ErrorLine error={error} />
        {plan && <Changes plan={plan} />}
        {plan?.is_applied && <p role="status">{t("applied")}</p>}
        {plan && !plan.is_applied && plan.problems.length === 0 && plan.changes.length > 0 && (
          <Button type="primary" loading={isBusy} onClick={apply}>
            {t("apply.now")}
          </Button>
        )}
        {plan && plan.problems.length > 0 && <p className="soft">{t("deletes")}</p>}
      </Section>
    </Page>
  );
}

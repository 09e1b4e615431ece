/** How a source is read, who answers for it, what it costs; new files or another database; disconnecting. */
import { Button, Form, Input, InputNumber } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "@/api/client";
import { useEdit } from "@/api/edit";
import { type Place, type Source, useRefreshSources } from "@/api/sources";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { ConflictDialog } from "@/components/ConflictDialog";
import { ErrorLine } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Page";
import { DatabaseForm, type DatabaseDraft, EMPTY_DATABASE, placeOf } from "./DatabaseForm";
import { Files } from "./Files";

type Draft = Pick<Source, "owner" | "yearly_cost" | "region" | "priority" | "encoding" | "delimiter">;
const FIELDS = ["owner", "yearly_cost", "region", "priority", "encoding", "delimiter"] as const;
const draftOf = (source: Source): Draft =>
  Object.fromEntries(FIELDS.map((field) => [field, source[field]])) as unknown as Draft;

export function SourceForm({ source }: { source: Source }): ReactNode {
  const { t } = useTranslation("sources");
  const { may } = useSession();
  const refresh = useRefreshSources();
  const path = `/sources/${source.name}`;
  const edit = useEdit<Draft>({
    queryKey: ["sources", source.name, "form"],
    load: async () => {
      const { value, etag } = await api.getVersioned<Source>(path);
      return { value: draftOf(value), etag };
    },
    save: async (draft, ifMatch) => {
      const { value, etag } = await api.patchVersioned<Source>(path, draft, { ifMatch });
      return { value: draftOf(value), etag };
    },
  });
  if (!edit.value) return <Loading lines={5} />;
  const value = edit.value;
  const set = (part: Partial<Draft>): void => edit.change((before) => ({ ...before, ...part }));
  const isFixed = !may("update", "source");
  const labels = Object.fromEntries(FIELDS.map((field) => [field, t(`field.${field}`)])) as Record<keyof Draft, string>;
  const text = (field: "owner" | "encoding" | "delimiter", dir: "auto" | "ltr"): ReactNode => (
    <Form.Item label={t(`field.${field}`)} htmlFor={`source-${field}`} extra={field !== "owner" && t("field.detected")}>
      <Input
        id={`source-${field}`}
        dir={dir}
        value={value[field] ?? ""}
        disabled={isFixed}
        onChange={({ target }) => set({ [field]: target.value || null })}
      />
    </Form.Item>
  );
  return (
    <>
      <Section title={t("settings")} id="source-settings">
        <Form layout="vertical" component={false}>
          <div className="form-columns">
            {text("owner", "auto")}
            <Form.Item label={t("field.yearly_cost")} htmlFor="source-yearly_cost">
              <InputNumber
                id="source-yearly_cost"
                min={0}
                disabled={isFixed}
                suffix={source.currency}
                value={value.yearly_cost}
                onChange={(yearly_cost) => set({ yearly_cost })}
              />
            </Form.Item>
            <Form.Item label={t("field.priority")} htmlFor="source-priority" extra={t("field.priority_what")}>
              <InputNumber
                id="source-priority"
                min={0}
                max={10_000}
                disabled={isFixed}
                value={value.priority}
                onChange={(priority) => set({ priority: priority ?? 100 })}
              />
            </Form.Item>
            <Form.Item label={t("field.region")} htmlFor="source-region" extra={t("field.region_what")}>
              <Region value={value.region} isDisabled={isFixed} onChange={(region) => set({ region })} />
            </Form.Item>
            {source.kind === "files" && text("encoding", "ltr")}
            {source.kind === "files" && text("delimiter", "ltr")}
          </div>
        </Form>
        <ErrorLine error={edit.error} />
        {!isFixed && (
          <div className="row-buttons">
            <Button
              type="primary"
              disabled={!edit.isDirty}
              loading={edit.isSaving}
              onClick={() => void edit.save().then((isSaved) => isSaved && refresh())}
            >
              {t("save")}
            </Button>
            <Button disabled={!edit.isDirty} onClick={edit.reset}>
              {t("cancel")}
            </Button>
            <span className="soft">{t("applies")}</span>
          </div>
        )}
        <ConflictDialog edit={edit} labels={labels} />
      </Section>
      {!isFixed && <Where source={source} />}
      {may("delete", "source") && <Disconnect source={source} />}
    </>
  );
}

function Region({
  value,
  isDisabled,
  onChange,
}: {
  value: string | null;
  isDisabled: boolean;
  onChange: (region: string | null) => void;
}): ReactNode {
  const { t } = useTranslation("sources");
  return (
    <Input
      id="source-region"
      dir="ltr"
      aria-label={t("field.region")}
      maxLength={2}
      disabled={isDisabled}
      value={value ?? ""}
      onChange={({ target }) => onChange(target.value.toUpperCase() || null)}
    />
  );
}

/** Other files, or another database, under the same name. */
function Where({ source }: { source: Source }): ReactNode {
  const { t } = useTranslation("sources");
  const refresh = useRefreshSources();
  const isFiles = source.kind === "files";
  const kind = (["postgresql", "mysql", "mariadb"] as const).find((known) => known === source.kind) ?? "postgresql";
  const [database, setDatabase] = useState<DatabaseDraft>({ ...EMPTY_DATABASE, kind });
  const [uploads, setUploads] = useState<string[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [isSaving, setIsSaving] = useState(false);
  const place: Place | null = isFiles ? (uploads.length > 0 ? { kind: "files", uploads } : null) : placeOf(database);
  const save = async (): Promise<void> => {
    setIsSaving(true);
    setError(null);
    try {
      await api.patch(`/sources/${source.name}`, { place }, { ifMatch: `"${source.version}"` });
      refresh();
    } catch (failure) {
      setError(failure);
    } finally {
      setIsSaving(false);
    }
  };
  return (
    <Section
      title={isFiles ? t("where.files") : t("where.database")}
      lead={<bdi dir="ltr">{source.locations.join(", ")}</bdi>}
      id="source-where"
    >
      {isFiles ? (
        <Files onReady={(ids) => setUploads(ids)} />
      ) : (
        <DatabaseForm value={database} onChange={setDatabase} hasSecret={source.has_secret} />
      )}
      <ErrorLine error={error} />
      <Button disabled={!place} loading={isSaving} onClick={() => void save()}>
        {t("where.replace")}
      </Button>
    </Section>
  );
}

function Disconnect({ source }: { source: Source }): ReactNode {
  const { t } = useTranslation("sources");
  const navigate = useNavigate();
  const refresh = useRefreshSources();
  const [error, setError] = useState<unknown>(null);
  const disconnect = async (): Promise<void> => {
    try {
      await api.delete(`/sources/${source.name}`, { ifMatch: `"${source.version}"` });
      refresh();
      void navigate("/sources");
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Section title={t("disconnect")} lead={t("disconnect.what")} id="source-disconnect">
      <ErrorLine error={error} />
      <ConfirmButton
        danger
        question={t("disconnect.question", { name: source.name })}
        consequence={t("disconnect.what")}
        confirm={t("disconnect")}
        onConfirm={disconnect}
      >
        {t("disconnect")}
      </ConfirmButton>
    </Section>
  );
}

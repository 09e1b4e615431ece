/** All tags: named, coloured, merged, deleted; with the number of customers that bear each. */
import { DeleteOutlined, EditOutlined, MergeOutlined } from "@ant-design/icons";
import { Button, Modal, Select } from "antd";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { careKeys, etagOf, type Tag, useCareAction, useTags } from "@/api/care";
import { api, isApiError } from "@/api/client";
import { useIdempotencyKey } from "@/api/edit";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { EmptyState } from "@/components/EmptyState";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { TagChip } from "../TagChip";
import "../care.css";

const COLOURS = ["grey", "red", "orange", "gold", "green", "cyan", "blue", "purple", "magenta"] as const;

function colourOption({ value, label }: { value?: string | number; label?: ReactNode }): ReactNode {
  return (
    <span className="tag-chip" data-colour={value}>
      {label}
    </span>
  );
}

export default function TagSettings(): ReactNode {
  const { t } = useTranslation("care");
  const { data, error, refetch } = useTags({ count: true });
  return (
    <Page title={t("tags")} lead={t("tags.lead")}>
      <NewTag />
      {!data && !error && <Loading />}
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && <EmptyState title={t("tags.none")}>{t("tags.none_why")}</EmptyState>}
      {data && data.items.length > 0 && (
        <ul className="care-list section" aria-label={t("tags")}>
          {data.items.map((tag) => (
            <TagRow key={tag.tag_id} tag={tag} others={data.items.filter((other) => other !== tag)} />
          ))}
        </ul>
      )}
    </Page>
  );
}

function NewTag(): ReactNode {
  const { t } = useTranslation("care");
  const { may } = useSession();
  const [name, setName] = useState("");
  const once = useIdempotencyKey();
  const create = useCareAction(() => api.post("/tags", { name }, { idempotencyKey: once.key() }), careKeys.tags);
  if (!may("create", "tag")) return null;
  return (
    <form
      className="new-task"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate(undefined, {
          onSuccess: () => {
            once.used();
            setName("");
          },
        });
      }}
    >
      <input
        className="care-input new-task-title"
        dir="auto"
        maxLength={60}
        aria-label={t("tag.name")}
        placeholder={t("tag.placeholder")}
        value={name}
        onChange={(event) => {
          once.used();
          setName(event.target.value);
        }}
      />
      <Button htmlType="submit" type="primary" disabled={!name.trim()} loading={create.isPending}>
        {t("tag.make")}
      </Button>
      <ErrorLine error={create.error} />
    </form>
  );
}

function TagRow({ tag, others }: { tag: Tag; others: readonly Tag[] }): ReactNode {
  const { t } = useTranslation("care");
  const { may } = useSession();
  const [dialog, setDialog] = useState<"edit" | "merge" | null>(null);
  const remove = useCareAction(() => api.delete(`/tags/${tag.tag_id}`, { ifMatch: etagOf(tag) }), careKeys.tags);
  const count = tag.customers ?? 0;
  return (
    <li className="tag-row">
      <TagChip tag={tag} />
      <span className="soft">{t("tag.customers", { count })}</span>
      <span className="care-actions">
        {may("update", "tag") && (
          <Button size="small" type="text" icon={<EditOutlined />} onClick={() => setDialog("edit")}>
            {t("edit")}
          </Button>
        )}
        {may("update", "tag") && may("delete", "tag") && others.length > 0 && (
          <Button size="small" type="text" icon={<MergeOutlined />} onClick={() => setDialog("merge")}>
            {t("tag.merge")}
          </Button>
        )}
        {may("delete", "tag") && (
          <ConfirmButton
            size="small"
            type="text"
            danger
            icon={<DeleteOutlined />}
            question={t("tag.delete_question", { name: tag.name })}
            consequence={t("tag.delete_consequence", { count })}
            confirm={t("delete")}
            onConfirm={() => remove.mutateAsync(undefined).catch(() => undefined)}
          >
            {t("delete")}
          </ConfirmButton>
        )}
      </span>
      <ErrorLine error={remove.error} />
      {dialog === "edit" && <TagDialog tag={tag} onClose={() => setDialog(null)} />}
      {dialog === "merge" && <MergeDialog tag={tag} others={others} onClose={() => setDialog(null)} />}
    </li>
  );
}

function TagDialog({ tag, onClose }: { tag: Tag; onClose: () => void }): ReactNode {
  const { t } = useTranslation("care");
  const id = useId();
  const [begun] = useState(tag);
  const [name, setName] = useState(tag.name);
  const [colour, setColour] = useState(tag.colour);
  const save = useCareAction(
    (version: number) => api.put(`/tags/${tag.tag_id}`, { name, colour }, { ifMatch: `"${version}"` }),
    careKeys.tags,
  );
  const isStale = isApiError(save.error, 412);
  const submit = (version: number): void => save.mutate(version, { onSuccess: onClose });
  return (
    <Modal
      open
      title={t("tag.edit")}
      onCancel={onClose}
      footer={
        <div className="dialog-buttons">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            type="primary"
            disabled={!name.trim()}
            loading={save.isPending}
            onClick={() => submit(isStale ? tag.version : begun.version)}
          >
            {t(isStale ? "tag.save_over" : "save")}
          </Button>
        </div>
      }
    >
      <div className="form-grid">
        <label htmlFor={`${id}-name`}>{t("tag.name")}</label>
        <input
          id={`${id}-name`}
          className="care-input"
          dir="auto"
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <label htmlFor={`${id}-colour`}>{t("tag.colour")}</label>
        <Select
          id={`${id}-colour`}
          aria-label={t("tag.colour")}
          value={colour}
          onChange={setColour}
          options={COLOURS.map((one) => ({ value: one, label: t(`tag.colour.${one}`) }))}
          optionRender={colourOption}
        />
      </div>
      {isStale ? (
        <p role="alert">
          {t("tag.changed")} <TagChip tag={tag} />
        </p>
      ) : (
        <ErrorLine error={save.error} />
      )}
    </Modal>
  );
}

function MergeDialog({ tag, others, onClose }: { tag: Tag; others: readonly Tag[]; onClose: () => void }): ReactNode {
  const { t } = useTranslation("care");
  const id = useId();
  const [into, setInto] = useState<string>();
  const merge = useCareAction(
    () => api.post(`/tags/${tag.tag_id}/merge`, { into }, { ifMatch: etagOf(tag) }),
    careKeys.tags,
  );
  return (
    <Modal
      open
      title={t("tag.merge_title", { name: tag.name })}
      onCancel={onClose}
      okText={t("tag.merge")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: !into, loading: merge.isPending }}
      onOk={() => merge.mutate(undefined, { onSuccess: onClose })}
    >
      <p>{t("tag.merge_consequence")}</p>
      <label htmlFor={id}>{t("tag.merge_into")}</label>
      <Select
        id={id}
        aria-label={t("tag.merge_into")}
        className="person-field"
        showSearch={{ optionFilterProp: "label" }}
        value={into}
        onChange={setInto}
        options={others.map((other) => ({ value: other.tag_id, label: other.name }))}
      />
      <ErrorLine error={merge.error} />
    </Modal>
  );
}

/** One note: read, mended in place, deleted; earlier versions for those who may see them. */
import { DeleteOutlined, EditOutlined, HistoryOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { careKeys, etagOf, type Note, type NoteVersion, useCareAction } from "@/api/care";
import { api, type Versioned } from "@/api/client";
import { useEdit } from "@/api/edit";
import { ConfirmButton } from "@/components/ConfirmButton";
import { ConflictDialog } from "@/components/ConflictDialog";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Shown } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Avatar } from "@/components/PersonTag";
import { Text } from "@/components/Text";
import { MentionField, type NoteDraft, stillCalled } from "./MentionField";
import { RichText } from "./rich-text";

interface Props {
  note: Note;
  customerId: string;
}

export function NoteItem({ note, customerId }: Props): ReactNode {
  const { t } = useTranslation("care");
  const [isEditing, setIsEditing] = useState(false);
  const [isHistoryOpen, setIsHistoryOpen] = useState(false);
  const remove = useCareAction(
    () => api.delete(`/notes/${note.note_id}`, { ifMatch: etagOf(note) }),
    careKeys.notes(customerId),
  );
  const { author, body, edited_at: editedAt } = note;
  return (
    <li className="care-item" id={note.note_id}>
      <Avatar name={author.name} />
      <div className="care-main">
        <div className="care-head">
          <strong>
            <Text>{author.name}</Text>
          </strong>
          <span className="task-facts soft">
            <Moment value={note.created_at} as="relative" />
            {editedAt && (
              <span>
                {t("note.edited")} <Moment value={editedAt} as="relative" />
              </span>
            )}
          </span>
        </div>
        {isEditing ? (
          <NoteEditor note={note} customerId={customerId} onEnd={() => setIsEditing(false)} />
        ) : (
          <Shown
            value={body.text === null ? null : <RichText text={body.text} mentions={note.mentions} />}
            hiddenBy={body.hidden_by}
          />
        )}
        <ErrorLine error={remove.error} />
        {!isEditing && (note.may_edit || note.may_delete) && (
          <div className="care-actions">
            {note.may_edit && (
              <Button size="small" type="text" icon={<EditOutlined />} onClick={() => setIsEditing(true)}>
                {t("edit")}
              </Button>
            )}
            {note.may_edit && editedAt && (
              <Button size="small" type="text" icon={<HistoryOutlined />} onClick={() => setIsHistoryOpen(true)}>
                {t("history")}
              </Button>
            )}
            {note.may_delete && (
              <ConfirmButton
                size="small"
                type="text"
                danger
                icon={<DeleteOutlined />}
                question={t("note.delete_question")}
                consequence={t("note.delete_consequence")}
                confirm={t("delete")}
                onConfirm={() => remove.mutateAsync(undefined).catch(() => undefined)}
              >
                {t("delete")}
              </ConfirmButton>
            )}
          </div>
        )}
        {isHistoryOpen && <NoteHistory noteId={note.note_id} onClose={() => setIsHistoryOpen(false)} />}
      </div>
    </li>
  );
}

function draftOf({ value, etag }: Versioned<Note>): Versioned<NoteDraft> {
  return { value: { body: value.body.text ?? "", mentions: value.mentions }, etag };
}

function bodyText(value: unknown): ReactNode {
  return <RichText text={String(value ?? "")} />;
}

function NoteEditor({ note, customerId, onEnd }: Props & { onEnd: () => void }): ReactNode {
  const { t } = useTranslation("care");
  const refresh = useCareAction(async () => undefined, careKeys.notes(customerId));
  const edit = useEdit<NoteDraft>({
    queryKey: careKeys.note(note.note_id),
    load: async () => draftOf(await api.getVersioned<Note>(`/notes/${note.note_id}`)),
    save: async (draft, ifMatch) => {
      const mentions = stillCalled(draft).map(({ user_id }) => user_id);
      return draftOf(
        await api.putVersioned<Note>(`/notes/${note.note_id}`, { body: draft.body, mentions }, { ifMatch }),
      );
    },
  });
  if (!edit.value) return edit.error ? <ErrorState error={edit.error} onRetry={edit.reload} /> : <Loading lines={2} />;

  const leave = async (): Promise<void> => {
    await refresh.mutateAsync(undefined);
    onEnd();
  };
  const save = async (): Promise<void> => {
    if (await edit.save()) await leave();
  };
  const resolve: typeof edit.resolve = async (choice) => {
    const isOver = await edit.resolve(choice);
    if (isOver) await leave();
    return isOver;
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <MentionField label={t("note.edit")} value={edit.value} onChange={edit.change} onSubmit={() => void save()} />
      <ErrorLine error={edit.error} />
      <div className="composer-foot">
        <span />
        <span className="dialog-buttons">
          <Button onClick={onEnd}>{t("cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={edit.isSaving} disabled={edit.value.body.trim() === ""}>
            {t("save")}
          </Button>
        </span>
      </div>
      <ConflictDialog edit={{ ...edit, resolve }} labels={{ body: t("note") }} show={bodyText} />
    </form>
  );
}

function NoteHistory({ noteId, onClose }: { noteId: string; onClose: () => void }): ReactNode {
  const { t } = useTranslation("care");
  const { data, error, refetch } = useQuery({
    queryKey: [...careKeys.note(noteId), "history"],
    queryFn: ({ signal }) => api.get<{ items: NoteVersion[] }>(`/notes/${noteId}/history`, { signal }),
  });
  return (
    <Modal open title={t("note.history")} onCancel={onClose} footer={<Button onClick={onClose}>{t("close")}</Button>}>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading lines={3} />}
      <ul className="care-list">
        {data?.items.map((version) => (
          <li key={version.version} className="care-version">
            <div className="soft">
              <Moment value={version.written_at} /> {"–"} <Moment value={version.replaced_at} />
            </div>
            <Shown
              value={version.body.text === null ? null : <RichText text={version.body.text} />}
              hiddenBy={version.body.hidden_by}
            />
          </li>
        ))}
      </ul>
    </Modal>
  );
}

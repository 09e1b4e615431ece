/** Notes of a customer: written here, read by colleagues who may, never by the customer. */
import { Button } from "antd";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { careKeys, useCareAction, useNotes } from "@/api/care";
import { api, untilAnswered } from "@/api/client";
import { useIdempotencyKey } from "@/api/edit";
import { useSession } from "@/app/session";
import { EmptyState } from "@/components/EmptyState";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Forbidden } from "@/components/Forbidden";
import { Loading } from "@/components/Loading";
import { useKeptDraft } from "./draft";
import { MentionField, type NoteDraft, stillCalled } from "./MentionField";
import { NoteItem } from "./NoteItem";
import "./care.css";

const EMPTY: NoteDraft = { body: "", mentions: [] };
const isEmpty = ({ body }: NoteDraft): boolean => body.trim() === "";

export function CustomerNotes({ customerId }: { customerId: string }): ReactNode {
  const { may } = useSession();
  if (!may("read", "note")) return <Forbidden />;
  return (
    <div className="care">
      {may("create", "note") && <Composer customerId={customerId} />}
      <NoteList customerId={customerId} />
    </div>
  );
}

function Composer({ customerId }: { customerId: string }): ReactNode {
  const { t } = useTranslation("care");
  const { me } = useSession();
  const draft = useKeptDraft(`onefold.note.${me?.actor_id}.${customerId}`, EMPTY, isEmpty);
  const once = useIdempotencyKey();
  const written = useRef(draft.value.body);
  useEffect(() => {
    written.current = draft.value.body;
  });
  const write = useCareAction(({ body, mentions }: NoteDraft) => {
    const note = { body, mentions: mentions.map(({ user_id }) => user_id) };
    const options = { idempotencyKey: once.key() };
    return untilAnswered(() => api.post(`/customers/${customerId}/notes`, note, options));
  }, careKeys.notes(customerId));

  const submit = (): void => {
    if (isEmpty(draft.value) || write.isPending) return;
    write.mutate(
      { body: draft.value.body, mentions: stillCalled(draft.value) },
      {
        onSuccess: (_made, { body }) => {
          if (written.current !== body) return; // somebody wrote on while it was being sent
          once.used();
          draft.clear();
        },
      },
    );
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <MentionField
        label={t("note.new")}
        placeholder={t("note.placeholder")}
        value={draft.value}
        onChange={(next) => {
          once.used();
          draft.change(next);
        }}
        onSubmit={submit}
      />
      <ErrorLine error={write.error} />
      <div className="composer-foot">
        <span className="soft">{draft.isRestored ? t("note.restored") : t("note.internal")}</span>
        <Button type="primary" htmlType="submit" loading={write.isPending} disabled={isEmpty(draft.value)}>
          {t("note.save")}
        </Button>
      </div>
    </form>
  );
}

function NoteList({ customerId }: { customerId: string }): ReactNode {
  const { t } = useTranslation("care");
  const notes = useNotes(customerId);
  if (notes.isLoading) return <Loading lines={5} />;
  if (notes.error && notes.rows.length === 0) return <ErrorState error={notes.error} onRetry={notes.onRetry} />;
  if (notes.rows.length === 0) return <EmptyState title={t("note.none")}>{t("note.none_why")}</EmptyState>;
  return (
    <>
      <ul className="care-list" aria-label={t("notes")}>
        {notes.rows.map((note) => (
          <NoteItem key={note.note_id} note={note} customerId={customerId} />
        ))}
      </ul>
      {notes.hasMore && (
        <div className="more">
          <Button loading={notes.isLoadingMore} onClick={notes.onMore}>
            {t("more")}
          </Button>
        </div>
      )}
    </>
  );
}

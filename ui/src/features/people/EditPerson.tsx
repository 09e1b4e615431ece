import { Button, Modal } from "antd";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useEdit } from "@/api/edit";
import {
  endSessionsOf,
  type Link,
  loadUser,
  makeLink,
  removeSecondFactorOf,
  saveUser,
  setState,
  useForgetUsers,
  type User,
  userKey,
  withdraw,
} from "@/api/people";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { ConflictDialog } from "@/components/ConflictDialog";
import { isApiError } from "@/api/client";
import { ErrorLine } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { HandOver } from "./HandOver";
import { LinkShown } from "./Invite";
import { type PersonDraft, PersonFields } from "./PersonFields";

interface DeedsProps {
  user: User;
  onLink: (made: Link) => void;
  onDone: () => Promise<void>;
}

function Deeds({ user, onLink, onDone }: DeedsProps): ReactNode {
  const { t } = useTranslation("people");
  const { me, may } = useSession();
  const [error, setError] = useState<unknown>(null);
  const act = async (deed: () => Promise<unknown>): Promise<void> => {
    setError(null);
    try {
      await deed();
      await onDone();
    } catch (problem) {
      setError(problem);
    }
  };
  const isMe = me?.actor_id === user.user_id;
  return (
    <div className="deeds">
      {user.state !== "disabled" && (
        <ConfirmButton
          question={t("link.question")}
          consequence={t("link.old_void")}
          onConfirm={() => act(async () => onLink(await makeLink(user.user_id)))}
        >
          {t(user.state === "invited" ? "link.new_invitation" : "link.new_reset")}
        </ConfirmButton>
      )}
      {user.state === "active" && (
        <ConfirmButton question={t("sessions.question")} onConfirm={() => act(() => endSessionsOf(user.user_id))}>
          {t("sessions.end")}
        </ConfirmButton>
      )}
      {user.has_second_factor && (
        <ConfirmButton
          question={t("factor.question")}
          consequence={t("factor.what")}
          onConfirm={() => act(() => removeSecondFactorOf(user.user_id))}
        >
          {t("factor.remove")}
        </ConfirmButton>
      )}
      {user.state === "invited" && may("delete", "user") && (
        <ConfirmButton danger question={t("withdraw.question")} onConfirm={() => act(() => withdraw(user))}>
          {t("withdraw")}
        </ConfirmButton>
      )}
      {user.state === "disabled" ? (
        <Button onClick={() => void act(() => setState(user, "active"))}>{t("enable")}</Button>
      ) : (
        !isMe && (
          <ConfirmButton
            danger
            question={t("disable.question")}
            consequence={t("disable.what")}
            onConfirm={() => act(() => setState(user, "disabled"))}
          >
            {t("disable")}
          </ConfirmButton>
        )
      )}
      {isApiError(error) && error.fields.reason === "open_tasks" ? (
        <HandOver user={user} tasks={Number(error.fields.tasks)} onDone={onDone} onCancel={() => setError(null)} />
      ) : (
        <ErrorLine error={error} />
      )}
    </div>
  );
}

export function EditPerson({ userId, onClose }: { userId: string; onClose: () => void }): ReactNode {
  const { t } = useTranslation("people");
  const { may, refresh } = useSession();
  const forget = useForgetUsers();
  const [made, setMade] = useState<Link | null>(null);
  const edit = useEdit<User>({ queryKey: userKey(userId), load: () => loadUser(userId), save: saveUser });
  if (made) return <LinkShown made={made} onClose={onClose} />;
  const save = async (): Promise<void> => {
    if (!(await edit.save())) return;
    await Promise.all([forget(), refresh()]);
    onClose();
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    void save();
  };
  const draft: (User & PersonDraft) | undefined = edit.value && {
    ...edit.value,
    roles: edit.value.roles ?? [],
    attributes: edit.value.attributes ?? {},
  };
  const done = async (): Promise<void> => {
    await forget();
    edit.reload();
  };
  return (
    <Modal open title={t("edit")} footer={null} onCancel={onClose} mask={{ closable: false }}>
      {draft ? (
        <form onSubmit={onSubmit}>
          <PersonFields draft={draft} onChange={(next) => edit.change(next)} mayAssign={may("assign", "role")} />
          <ErrorLine error={edit.error} />
          <Button type="primary" htmlType="submit" loading={edit.isSaving} disabled={!edit.isDirty}>
            {t("save")}
          </Button>
          <Deeds user={draft} onLink={setMade} onDone={done} />
        </form>
      ) : edit.error ? (
        <ErrorLine error={edit.error} />
      ) : (
        <Loading />
      )}
      <ConflictDialog
        edit={edit}
        labels={{ email: t("email"), display_name: t("name"), roles: t("roles"), attributes: t("attributes") }}
      />
    </Modal>
  );
}

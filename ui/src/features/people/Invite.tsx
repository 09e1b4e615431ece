import { Button, Modal } from "antd";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useIdempotencyKey } from "@/api/edit";
import { invite, type Link, useForgetUsers } from "@/api/people";
import { useSession } from "@/app/session";
import { CopyField } from "@/components/CopyField";
import { ErrorLine } from "@/components/ErrorState";
import { Text } from "@/components/Text";
import { type PersonDraft, PersonFields } from "./PersonFields";

const EMPTY: PersonDraft = { email: "", display_name: "", roles: ["agent"], attributes: {} };

/** A one-time link, shown once, to hand over. */
export function LinkShown({ made, onClose }: { made: Link; onClose: () => void }): ReactNode {
  const { t } = useTranslation("people");
  const isInvitation = made.purpose === "invitation";
  return (
    <Modal open title={t(isInvitation ? "link.invitation" : "link.reset")} footer={null} onCancel={onClose}>
      <p>
        <Text>{made.user.email}</Text>
      </p>
      <p>{t(made.is_mailed ? "link.mailed" : "link.hand_over")}</p>
      {made.link && <CopyField value={made.link} label={t("link")} />}
      <p className="soft">{t(isInvitation ? "link.week" : "link.hour")}</p>
      <Button type="primary" onClick={onClose}>
        {t("close")}
      </Button>
    </Modal>
  );
}

export function Invite({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation("people");
  const { may } = useSession();
  const forget = useForgetUsers();
  const { key, used } = useIdempotencyKey();
  const mayAssign = may("assign", "role");
  const [draft, setDraft] = useState<PersonDraft>(mayAssign ? EMPTY : { ...EMPTY, roles: [] });
  const [made, setMade] = useState<Link | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (made) return <LinkShown made={made} onClose={onClose} />;
  const send = async (): Promise<void> => {
    setIsBusy(true);
    setError(null);
    try {
      setMade(await invite(draft, key()));
      used();
      await forget();
    } catch (problem) {
      used();
      setError(problem);
    } finally {
      setIsBusy(false);
    }
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    void send();
  };
  return (
    <Modal open title={t("invite")} footer={null} onCancel={onClose} mask={{ closable: false }}>
      <form onSubmit={onSubmit}>
        <PersonFields draft={draft} onChange={setDraft} mayAssign={mayAssign} />
        <ErrorLine error={error} />
        <Button type="primary" htmlType="submit" loading={isBusy}>
          {t("invite.do")}
        </Button>
      </form>
    </Modal>
  );
}

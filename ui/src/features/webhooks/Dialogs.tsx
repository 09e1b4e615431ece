/** Making and changing a webhook, and its secret, which is shown once. */
import { Button, Modal } from "antd";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useEdit, useIdempotencyKey } from "@/api/edit";
import {
  createWebhook,
  loadWebhook,
  renewSecret,
  saveWebhook,
  useForgetWebhooks,
  type Webhook,
  type WebhookDraft,
  webhookKey,
} from "@/api/webhooks";
import { ConfirmButton } from "@/components/ConfirmButton";
import { ConflictDialog } from "@/components/ConflictDialog";
import { CopyField } from "@/components/CopyField";
import { ErrorLine } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { WebhookForm } from "./WebhookForm";

const FIRST: WebhookDraft = { name: "", url: "", kinds: ["*"], filter: null, is_paused: false };

function draftOf({ name, url, kinds, filter, is_paused }: WebhookDraft): WebhookDraft {
  return { name, url, kinds, filter, is_paused };
}

export function Secret({ value, onClose }: { value: string; onClose: () => void }): ReactNode {
  const { t } = useTranslation("webhooks");
  return (
    <div role="status">
      <p>
        <strong>{t("secret.keep")}</strong>
      </p>
      <CopyField value={value} label={t("secret")} />
      <p className="soft">{t("secret.what")}</p>
      <p>
        <Button type="primary" onClick={onClose}>
          {t("secret.kept")}
        </Button>
      </p>
    </div>
  );
}

export function NewWebhook({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation("webhooks");
  const forget = useForgetWebhooks();
  const { key } = useIdempotencyKey();
  const [draft, setDraft] = useState(FIRST);
  const [secret, setSecret] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const make = async (): Promise<void> => {
    setIsBusy(true);
    setError(null);
    try {
      setSecret((await createWebhook(draft, key())).secret);
      await forget();
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    void make();
  };
  return (
    <Modal open title={t("new")} footer={null} onCancel={onClose} mask={{ closable: false }}>
      {secret ? (
        <Secret value={secret} onClose={onClose} />
      ) : (
        <form onSubmit={onSubmit}>
          <WebhookForm draft={draft} onChange={(part) => setDraft({ ...draft, ...part })} />
          <p className="soft">{t("own_access")}</p>
          <ErrorLine error={error} />
          <Button type="primary" htmlType="submit" loading={isBusy} disabled={draft.kinds.length === 0}>
            {t("create")}
          </Button>
        </form>
      )}
    </Modal>
  );
}

export function EditWebhook({ webhook, onClose }: { webhook: Webhook; onClose: () => void }): ReactNode {
  const { t } = useTranslation("webhooks");
  const forget = useForgetWebhooks();
  const id = webhook.webhook_id;
  const [secret, setSecret] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const edit = useEdit<WebhookDraft>({
    queryKey: webhookKey(id),
    load: () => loadWebhook(id),
    save: (draft, etag) => saveWebhook(id, draftOf(draft), etag),
  });
  const save = async (): Promise<void> => {
    if (!(await edit.save())) return;
    await forget();
    onClose();
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    void save();
  };
  const renew = async (): Promise<void> => {
    try {
      setSecret((await renewSecret(webhook)).secret);
      await forget();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Modal open title={t("edit")} footer={null} onCancel={onClose} mask={{ closable: false }}>
      {secret ? (
        <Secret value={secret} onClose={onClose} />
      ) : edit.value ? (
        <form onSubmit={onSubmit}>
          <WebhookForm draft={edit.value} onChange={(part) => edit.change((before) => ({ ...before, ...part }))} />
          <p className="soft">{t("own_access")}</p>
          <ErrorLine error={error ?? edit.error} />
          <div className="dialog-buttons">
            <Button type="primary" htmlType="submit" loading={edit.isSaving}>
              {t("save")}
            </Button>
            <ConfirmButton question={t("secret.renew_question")} consequence={t("secret.overlap")} onConfirm={renew}>
              {t("secret.renew")}
            </ConfirmButton>
          </div>
        </form>
      ) : (
        <Loading lines={4} />
      )}
      <ConflictDialog
        edit={edit}
        labels={{ name: t("name"), url: t("url"), kinds: t("kinds"), filter: t("filter"), is_paused: t("pause") }}
      />
    </Modal>
  );
}

/** Settings → Webhooks: where changes are sent. */
import { CheckCircleOutlined, PauseCircleOutlined, PlusOutlined, WarningOutlined } from "@ant-design/icons";
import { Button, Tag } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { deleteWebhook, useForgetWebhooks, useWebhookChanges, useWebhooks, type Webhook } from "@/api/webhooks";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { ErrorLine } from "@/components/ErrorState";
import { Moment } from "@/components/Moment";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";
import { Deliveries } from "./Deliveries";
import { EditWebhook, NewWebhook } from "./Dialogs";

const ICONS: Record<Webhook["state"], ReactNode> = {
  active: <CheckCircleOutlined aria-hidden="true" />,
  failing: <WarningOutlined aria-hidden="true" />,
  paused: <PauseCircleOutlined aria-hidden="true" />,
};

function State({ webhook }: { webhook: Webhook }): ReactNode {
  const { t } = useTranslation("webhooks");
  return (
    <>
      <Tag icon={ICONS[webhook.state]}>{t(`state.${webhook.state}`)}</Tag>
      {webhook.failing_since && (
        <span className="soft">
          {t("state.since")} <Moment value={webhook.failing_since} as="relative" />
        </span>
      )}
    </>
  );
}

function Actions({ onEdit, onDelete }: { onEdit: () => void; onDelete: () => Promise<void> }): ReactNode {
  const { t } = useTranslation("webhooks");
  const { may } = useSession();
  return (
    <>
      {may("update", "webhook") && (
        <Button size="small" onClick={onEdit}>
          {t("edit")}
        </Button>
      )}
      {may("delete", "webhook") && (
        <ConfirmButton
          size="small"
          danger
          question={t("delete_question")}
          consequence={t("delete_what")}
          onConfirm={onDelete}
        >
          {t("delete")}
        </ConfirmButton>
      )}
    </>
  );
}

function actionsOf(onEdit: (one: Webhook) => void, onDelete: (one: Webhook) => Promise<void>) {
  return (one: Webhook): ReactNode => <Actions onEdit={() => onEdit(one)} onDelete={() => onDelete(one)} />;
}

export default function Webhooks(): ReactNode {
  const { t } = useTranslation("webhooks");
  const { may } = useSession();
  const webhooks = useWebhooks();
  const forget = useForgetWebhooks();
  const [isNew, setIsNew] = useState(false);
  const [edited, setEdited] = useState<Webhook | null>(null);
  const [shown, setShown] = useState<Webhook | null>(null);
  const [error, setError] = useState<unknown>(null);
  useWebhookChanges();
  const mayChange = may("update", "webhook") || may("delete", "webhook");
  const columns: Column<Webhook>[] = [
    {
      key: "name",
      title: t("name"),
      isPrimary: true,
      render: (one) => (
        <Button type="link" size="small" onClick={() => setShown(one)}>
          <Text>{one.name}</Text>
        </Button>
      ),
    },
    { key: "state", title: t("state"), render: (one) => <State webhook={one} /> },
    { key: "url", title: t("url"), render: (one) => <bdi dir="ltr">{one.url}</bdi> },
    {
      key: "kinds",
      title: t("kinds"),
      isHiddenOnPhone: true,
      render: (one) => <bdi dir="ltr">{one.kinds.includes("*") ? t("kinds.all") : one.kinds.join(", ")}</bdi>,
    },
  ];
  const remove = async (webhook: Webhook): Promise<void> => {
    setError(null);
    await deleteWebhook(webhook).catch((failure: unknown) => setError(failure));
    await forget();
  };
  return (
    <Page
      title={t("webhooks")}
      lead={t("lead")}
      actions={
        may("create", "webhook") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setIsNew(true)}>
            {t("new")}
          </Button>
        )
      }
    >
      <ErrorLine error={error} />
      <DataTable
        label={t("webhooks")}
        columns={columns}
        {...webhooks}
        rowKey={(one) => one.webhook_id}
        empty={<EmptyState title={t("none")}>{t("lead")}</EmptyState>}
        actions={mayChange ? actionsOf(setEdited, remove) : undefined}
      />
      {isNew && <NewWebhook onClose={() => setIsNew(false)} />}
      {edited && <EditWebhook webhook={edited} onClose={() => setEdited(null)} />}
      {shown && <Deliveries webhook={shown} onClose={() => setShown(null)} />}
    </Page>
  );
}

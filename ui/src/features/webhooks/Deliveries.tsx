/** What was sent to a webhook, what became of it, and sending it again. */
import { RedoOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Modal, Select } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type Delivery,
  type DeliveryState,
  loadDelivery,
  pingWebhook,
  replayDelivery,
  useDeliveries,
  type Webhook,
} from "@/api/webhooks";
import { useLanguage } from "@/app/language";
import { useSession } from "@/app/session";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Num } from "@/components/Num";
import { Text } from "@/components/Text";
import { Toolbar } from "@/components/Toolbar";

const STATES: readonly DeliveryState[] = ["waiting", "delivered", "failed", "withheld"];

function Body({ id, onClose }: { id: string; onClose: () => void }): ReactNode {
  const { t } = useTranslation("webhooks");
  const { data, error } = useQuery({ queryKey: ["webhooks", "delivery", id], queryFn: () => loadDelivery(id) });
  return (
    <Modal open title={t("delivery")} footer={null} onCancel={onClose}>
      {error ? (
        <ErrorState error={error} />
      ) : data ? (
        <>
          <pre className="scroll" dir="ltr" tabIndex={0} aria-label={t("delivery.body")}>
            {JSON.stringify(data.document, null, 2)}
          </pre>
          {data.excerpt && (
            <>
              <h3>{t("delivery.answer")}</h3>
              <p>
                <Text>{data.excerpt}</Text>
              </p>
            </>
          )}
        </>
      ) : (
        <Loading lines={5} />
      )}
    </Modal>
  );
}

function Replay({ delivery, onReplay }: { delivery: Delivery; onReplay: (id: string) => void }): ReactNode {
  const { t } = useTranslation("webhooks");
  if (delivery.state === "waiting") return null;
  return (
    <Button size="small" onClick={() => onReplay(delivery.delivery_id)}>
      {t("replay")}
    </Button>
  );
}

function replayOf(onReplay: (id: string) => void) {
  return (one: Delivery): ReactNode => <Replay delivery={one} onReplay={onReplay} />;
}

export function Deliveries({ webhook, onClose }: { webhook: Webhook; onClose: () => void }): ReactNode {
  const { t } = useTranslation("webhooks");
  const { may } = useSession();
  const { isRtl } = useLanguage();
  const [state, setState] = useState<DeliveryState | undefined>(undefined);
  const [open, setOpen] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const deliveries = useDeliveries(webhook.webhook_id, state);
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    setError(null);
    await work().catch((failure: unknown) => setError(failure));
    deliveries.onRetry();
  };
  const columns: Column<Delivery>[] = [
    {
      key: "kind",
      title: t("delivery.kind"),
      isPrimary: true,
      render: (one) => (
        <Button type="link" size="small" onClick={() => setOpen(one.delivery_id)}>
          <bdi dir="ltr">{one.kind}</bdi>
        </Button>
      ),
    },
    { key: "state", title: t("state"), render: (one) => t(`delivery.${one.state}`) },
    {
      key: "status",
      title: t("delivery.status"),
      render: (one) => (one.status ? <bdi dir="ltr">{one.status}</bdi> : one.attempts ? t("delivery.no_answer") : "–"),
    },
    { key: "attempts", title: t("delivery.attempts"), isNumber: true, render: (one) => <Num value={one.attempts} /> },
    {
      key: "at",
      title: t("delivery.at"),
      render: (one) => <Moment value={one.delivered_at ?? one.next_attempt_at ?? one.created_at} />,
    },
  ];
  return (
    <Drawer
      open
      size="large"
      placement={isRtl ? "left" : "right"}
      title={<Text>{webhook.name}</Text>}
      onClose={onClose}
    >
      <Toolbar
        label={t("deliveries")}
        end={
          may("run", "webhook") && (
            <Button onClick={() => void act(() => pingWebhook(webhook.webhook_id))}>{t("ping")}</Button>
          )
        }
      >
        <Select
          aria-label={t("state")}
          allowClear
          placeholder={t("state")}
          value={state}
          options={STATES.map((one) => ({ value: one, label: t(`delivery.${one}`) }))}
          onChange={(next?: DeliveryState) => setState(next)}
        />
        <Button icon={<RedoOutlined />} onClick={deliveries.onRetry}>
          {t("refresh")}
        </Button>
      </Toolbar>
      <ErrorLine error={error} />
      <DataTable
        label={t("deliveries")}
        columns={columns}
        {...deliveries}
        rowKey={(one) => one.delivery_id}
        empty={<EmptyState title={t("deliveries.none")} />}
        actions={may("run", "webhook") ? replayOf((id) => void act(() => replayDelivery(id))) : undefined}
      />
      {open && <Body id={open} onClose={() => setOpen(null)} />}
    </Drawer>
  );
}

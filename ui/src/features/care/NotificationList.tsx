/** What one was told: each leads to the customer, unless one may not know which it is. */
import { LockOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { careKeys, type Notification, useCareAction } from "@/api/care";
import { api } from "@/api/client";
import { Shown } from "@/components/Hidden";
import { Moment } from "@/components/Moment";
import { Avatar } from "@/components/PersonTag";
import { Text } from "@/components/Text";

/** Where a notification leads; null where its reader may not go. */
export function targetOf(told: Notification): string | null {
  if (told.is_restricted) return null;
  if (!told.customer_id) return told.task_id ? "/tasks" : null;
  return `/customers/${told.customer_id}/${told.note_id ? "notes" : "tasks"}`;
}

export function useMarkRead() {
  return useCareAction(
    (ids: string[] | null) => api.post("/notifications/read", { notification_ids: ids }),
    careKeys.notifications,
  );
}

interface Props {
  items: readonly Notification[];
  /** The one that an e-mail led to. */
  opened?: string | null;
}

export function NotificationList({ items, opened = null }: Props): ReactNode {
  const { t } = useTranslation("care");
  return (
    <ul className="notifications" aria-label={t("notifications")}>
      {items.map((told) => (
        <NotificationItem key={told.notification_id} told={told} isOpened={told.notification_id === opened} />
      ))}
    </ul>
  );
}

function NotificationItem({ told, isOpened }: { told: Notification; isOpened: boolean }): ReactNode {
  const { t } = useTranslation("care");
  const navigate = useNavigate();
  const read = useMarkRead();
  const target = targetOf(told);
  const open = (): void => {
    if (!told.read_at) read.mutate([told.notification_id]);
    if (target) void navigate(target);
  };
  return (
    <li data-unread={told.read_at === null} data-opened={isOpened} data-restricted={told.is_restricted}>
      <button type="button" onClick={open}>
        <Avatar name={told.actor.name} />
        <span className="care-main">
          <span>
            <strong>
              <Text>{told.actor.name}</Text>
            </strong>{" "}
            {t(`notification.${told.kind}`)}
            {told.customer_name && (
              <>
                {" – "}
                <Shown
                  value={told.customer_name.text && <Text>{told.customer_name.text}</Text>}
                  hiddenBy={told.customer_name.hidden_by}
                />
              </>
            )}
          </span>
          {told.is_restricted ? (
            <span className="soft">
              <LockOutlined aria-hidden="true" /> {t("notification.restricted")}
            </span>
          ) : (
            told.excerpt && (
              <span className="soft">
                <Shown
                  value={told.excerpt.text && <Text>{told.excerpt.text}</Text>}
                  hiddenBy={told.excerpt.hidden_by}
                />
              </span>
            )
          )}
          <span className="soft">
            <Moment value={told.created_at} as="relative" />
            {!told.read_at && <span className="visually-hidden"> {t("notification.unread")}</span>}
          </span>
        </span>
      </button>
    </li>
  );
}

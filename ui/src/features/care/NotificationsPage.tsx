/** Everything one was told; e-mails lead here. */
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { careKeys, type Notification, useNotifications } from "@/api/care";
import { usePaged } from "@/api/paged";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { NotificationList, useMarkRead } from "./NotificationList";

export function NotificationsPage(): ReactNode {
  const { t } = useTranslation("care");
  const [search] = useSearchParams();
  const told = usePaged<Notification>([...careKeys.notifications, "all"], "/notifications", { limit: 30 });
  const { data } = useNotifications(8);
  const read = useMarkRead();
  return (
    <Page
      title={t("notifications")}
      lead={t("notification.lead")}
      actions={
        <Button disabled={!data?.unread} loading={read.isPending} onClick={() => read.mutate(null)}>
          {t("notification.read_all")}
        </Button>
      }
    >
      {told.isLoading && <Loading />}
      {Boolean(told.error) && told.rows.length === 0 && <ErrorState error={told.error} onRetry={told.onRetry} />}
      {!told.isLoading && !told.error && told.rows.length === 0 && (
        <EmptyState title={t("notification.none")}>{t("notification.none_why")}</EmptyState>
      )}
      {told.rows.length > 0 && <NotificationList items={told.rows} opened={search.get("open")} />}
      {told.hasMore && (
        <div className="more">
          <Button loading={told.isLoadingMore} onClick={told.onMore}>
            {t("more")}
          </Button>
        </div>
      )}
    </Page>
  );
}

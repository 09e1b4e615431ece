/** The bell in the header: how much is unread, live, and the last notifications. */
import { BellOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { useNotifications } from "@/api/care";
import { formatNumber } from "@/app/language";
import { usePreferences } from "@/app/preferences";
import { useSession } from "@/app/session";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { NotificationList, useMarkRead } from "../NotificationList";
import "../care.css";

const SHOWN = 8;

export default function NotificationBell(): ReactNode {
  const { me } = useSession();
  return me?.kind === "user" ? <Bell /> : null;
}

function Bell(): ReactNode {
  const { t } = useTranslation("care");
  const writing = usePreferences();
  const { key } = useLocation();
  const [openAt, setOpenAt] = useState<string | null>(null);
  const { data, error, refetch } = useNotifications(SHOWN);
  const read = useMarkRead();
  const panelId = useId();
  const frame = useRef<HTMLDivElement>(null);
  const isOpen = openAt === key;
  const unread = data?.unread ?? 0;

  useEffect(() => {
    if (!isOpen) return undefined;
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !frame.current?.contains(event.target)) setOpenAt(null);
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      setOpenAt(null);
      frame.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("keydown", escape);
    };
  }, [isOpen]);

  return (
    <div className="bell" ref={frame}>
      <button
        type="button"
        className="bell-button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? panelId : undefined}
        aria-label={unread ? t("notification.count", { count: unread }) : t("notifications")}
        onClick={() => setOpenAt(isOpen ? null : key)}
      >
        <BellOutlined />
        {unread > 0 && (
          <span className="bell-count" aria-hidden="true">
            {unread > 99 ? `${formatNumber(99, {}, writing)}+` : formatNumber(unread, {}, writing)}
          </span>
        )}
      </button>
      {isOpen && (
        <section className="bell-panel" id={panelId} aria-label={t("notifications")}>
          <div className="care-head">
            <h2>{t("notifications")}</h2>
            <Button size="small" type="text" disabled={unread === 0} onClick={() => read.mutate(null)}>
              {t("notification.read_all")}
            </Button>
          </div>
          {!data && !error && <Loading lines={3} />}
          {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
          {data?.items.length === 0 && <p className="soft">{t("notification.none")}</p>}
          {data && <NotificationList items={data.items} />}
          <Link to="/notifications">{t("notification.all")}</Link>
        </section>
      )}
    </div>
  );
}

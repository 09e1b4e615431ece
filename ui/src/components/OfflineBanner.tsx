import { DisconnectOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { askNow, useIsOffline } from "@/api/connection";

/** Said while the server does not answer; goes away by itself. */
export function OfflineBanner(): ReactNode {
  const { t } = useTranslation("components");
  const isOffline = useIsOffline();
  return (
    <div role="status" aria-live="assertive">
      {isOffline && (
        <div className="banner banner-warn">
          <DisconnectOutlined />
          <span>{t("offline")}</span>
          <Button size="small" onClick={askNow}>
            {t("offline.ask")}
          </Button>
        </div>
      )}
    </div>
  );
}

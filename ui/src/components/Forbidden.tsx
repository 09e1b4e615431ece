import { LockOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** The person may not see this: said plainly, with whom to ask. */
export function Forbidden({ hint }: { hint?: string | null }): ReactNode {
  const { t } = useTranslation("components");
  return (
    <div className="state" role="alert">
      <div className="state-icon" aria-hidden="true">
        <LockOutlined style={{ fontSize: 48 }} />
      </div>
      <p className="state-title">{t("forbidden.title")}</p>
      <p className="state-text">{t("forbidden.what")}</p>
      {hint && (
        <p className="state-text soft">
          <bdi dir="auto">{hint}</bdi>
        </p>
      )}
    </div>
  );
}

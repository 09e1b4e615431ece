import { LockOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemDetail, useProblemWords } from "./problem";

/** The person may not see this: said plainly, with whom to ask. */
export function Forbidden({ error }: { error?: unknown }): ReactNode {
  const { t, i18n } = useTranslation("components");
  const words = useProblemWords()(error);
  const hint = error && i18n.language === "en" ? words.next : null;
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
      {error !== undefined && <ProblemDetail detail={words.detail} />}
    </div>
  );
}

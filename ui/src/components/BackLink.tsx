import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useLanguage } from "@/app/language";

/** A heading with the way back before it. */
export function BackLink({ to, children }: { to: string; children: ReactNode }): ReactNode {
  const { t } = useTranslation("components");
  const { isRtl } = useLanguage();
  const Back = isRtl ? RightOutlined : LeftOutlined;
  return (
    <span className="back">
      <Link to={to} aria-label={t("back")} title={t("back")}>
        <Back />
      </Link>
      <span>{children}</span>
    </span>
  );
}

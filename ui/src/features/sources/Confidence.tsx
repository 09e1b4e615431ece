/** How sure a guess is, drawn and in words, with its reason. */
import { UserOutlined } from "@ant-design/icons";
import { Tooltip } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Column } from "@/api/sources";
import { ShareOf } from "@/components/Num";

export function Confidence({
  column,
}: {
  column: Pick<Column, "confidence" | "reason" | "is_set_by_person">;
}): ReactNode {
  const { t } = useTranslation("sources");
  const { confidence, reason, is_set_by_person: byPerson } = column;
  const tone = confidence >= 0.8 ? "good" : confidence >= 0.5 ? "warn" : "bad";
  return (
    <Tooltip title={byPerson ? t("set_by_person") : <bdi dir="auto">{reason}</bdi>}>
      <span className={`confidence source-tag-${tone}`} tabIndex={0}>
        {byPerson ? (
          <>
            <UserOutlined aria-hidden="true" />
            <span className="visually-hidden">{t("set_by_person")}</span>
          </>
        ) : (
          <ShareOf value={confidence} />
        )}
      </span>
    </Tooltip>
  );
}

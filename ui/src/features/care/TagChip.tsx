import { CloseOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Tag } from "@/api/care";
import { Text } from "@/components/Text";

/** A tag in its colour; the name says what it means, never the colour alone. */
export function TagChip({ tag, onRemove }: { tag: Tag; onRemove?: () => void }): ReactNode {
  const { t } = useTranslation("care");
  return (
    <span className="tag-chip" data-colour={tag.colour}>
      <Text>{tag.name}</Text>
      {onRemove && (
        <button type="button" onClick={onRemove} aria-label={t("tag.remove", { name: tag.name })}>
          <CloseOutlined />
        </button>
      )}
    </span>
  );
}

/** Tags of a customer: taken off with one press, put on by typing. */
import { PlusOutlined } from "@ant-design/icons";
import { AutoComplete, Button } from "antd";
import { type ReactNode, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { careKeys, type Tag, useCareAction, useCustomerTags, useTags } from "@/api/care";
import { api } from "@/api/client";
import { useSession } from "@/app/session";
import { ErrorLine } from "@/components/ErrorState";
import { Text } from "@/components/Text";
import { TagChip } from "./TagChip";
import "./care.css";

export function CustomerTags({ customerId }: { customerId: string }): ReactNode {
  const { t } = useTranslation("care");
  const { may } = useSession();
  const { data, error } = useCustomerTags(customerId);
  const [isAdding, setIsAdding] = useState(false);
  const keys = [careKeys.customerTags(customerId), careKeys.tags];
  const takeOff = useCareAction((tag: Tag) => api.delete(`/customers/${customerId}/tags/${tag.tag_id}`), ...keys);
  if (!may("read", "tag")) return null;
  const tags = data?.items ?? [];
  const mayTag = may("assign", "tag");
  return (
    <div className="tags">
      <ul aria-label={t("tags")}>
        {tags.map(({ tag }) => (
          <li key={tag.tag_id}>
            <TagChip tag={tag} onRemove={mayTag ? () => takeOff.mutate(tag) : undefined} />
          </li>
        ))}
        {data && tags.length === 0 && !isAdding && <li className="soft">{t("tag.none")}</li>}
        {mayTag && (
          <li>
            {isAdding ? (
              <TagInput customerId={customerId} taken={tags.map(({ tag }) => tag)} onEnd={() => setIsAdding(false)} />
            ) : (
              <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => setIsAdding(true)}>
                {t("tag.add")}
              </Button>
            )}
          </li>
        )}
      </ul>
      <ErrorLine error={error ?? takeOff.error} />
    </div>
  );
}

interface InputProps {
  customerId: string;
  taken: readonly Tag[];
  onEnd: () => void;
}

function TagInput({ customerId, taken, onEnd }: InputProps): ReactNode {
  const { t } = useTranslation("care");
  const { may } = useSession();
  const [text, setText] = useState("");
  const { data } = useTags({ q: text, limit: 20 });
  const putOn = useCareAction(
    (wanted: { name?: string; tag_id?: string }) => api.post(`/customers/${customerId}/tags`, wanted),
    careKeys.customerTags(customerId),
    careKeys.tags,
  );
  const offered = (data?.items ?? []).filter(({ tag_id }) => !taken.some((tag) => tag.tag_id === tag_id));
  const isKnown = (data?.items ?? []).some(({ name }) => name.toLowerCase() === text.trim().toLowerCase());
  const isNew = text.trim() !== "" && !isKnown && may("create", "tag");
  const focus = useCallback((field: { focus: () => void } | null) => field?.focus(), []);
  const put = (wanted: { name?: string; tag_id?: string }): void =>
    putOn.mutate(wanted, { onSuccess: () => setText("") });
  return (
    <span className="tag-input">
      <AutoComplete
        ref={focus}
        size="small"
        aria-label={t("tag.add")}
        placeholder={t("tag.placeholder")}
        value={text}
        onChange={(value: string) => setText(offered.find(({ tag_id }) => tag_id === value)?.name ?? value)}
        onSelect={(value: string) => {
          const known = offered.find(({ tag_id }) => tag_id === value);
          put(known ? { tag_id: known.tag_id } : { name: text.trim() });
        }}
        options={[
          ...offered.map(({ tag_id, name }) => ({ value: tag_id, label: <Text>{name}</Text> })),
          ...(isNew ? [{ value: text, label: t("tag.create", { name: text.trim() }) }] : []),
        ]}
        onKeyDown={(event) => {
          if (event.key === "Escape") onEnd();
        }}
      />
      <Button size="small" type="text" onClick={onEnd}>
        {t("close")}
      </Button>
      <ErrorLine error={putOn.error} />
    </span>
  );
}

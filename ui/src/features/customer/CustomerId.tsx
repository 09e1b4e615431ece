import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

/** The permanent id, with a button that copies it. */
export function CustomerId({ id }: { id: string }): ReactNode {
  const { t } = useTranslation("customer");
  const [isCopied, setIsCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(id);
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), 2000);
  };
  return (
    <span className="cu-id">
      <code>
        <bdi dir="ltr">{id}</bdi>
      </code>
      <Button
        type="text"
        size="small"
        icon={isCopied ? <CheckOutlined /> : <CopyOutlined />}
        aria-label={t(isCopied ? "id.copied" : "id.copy")}
        title={t(isCopied ? "id.copied" : "id.copy")}
        onClick={() => void copy()}
      />
    </span>
  );
}

/** Something to copy whole: a link, a secret. */
import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { InputRef } from "antd";

export function CopyField({ value, label }: { value: string; label: string }): ReactNode {
  const { t } = useTranslation("components");
  const [isCopied, setIsCopied] = useState(false);
  const input = useRef<InputRef>(null);
  const copy = async (): Promise<void> => {
    input.current?.select();
    try {
      await navigator.clipboard.writeText(value);
      setIsCopied(true);
    } catch {
      // without permission it is selected, ready for the keyboard
    }
  };
  return (
    <div className="copy-field">
      <Input ref={input} readOnly value={value} aria-label={label} dir="ltr" onFocus={() => input.current?.select()} />
      <Button icon={isCopied ? <CheckOutlined /> : <CopyOutlined />} onClick={() => void copy()}>
        {t(isCopied ? "copied" : "copy")}
      </Button>
    </div>
  );
}

import { Button, type ButtonProps, Popconfirm } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

interface Props extends Omit<ButtonProps, "onClick"> {
  question: ReactNode;
  /** What will happen, in a sentence. */
  consequence?: ReactNode;
  /** The verb of the second button; the first one's text is its children. */
  confirm?: string;
  onConfirm: () => void | Promise<unknown>;
}

/** A button for what cannot easily be taken back: asks once, says what will happen. */
export function ConfirmButton({ question, consequence, confirm, onConfirm, ...button }: Props): ReactNode {
  const { t } = useTranslation("components");
  const [isBusy, setIsBusy] = useState(false);
  const act = async (): Promise<void> => {
    setIsBusy(true);
    try {
      await onConfirm();
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <Popconfirm
      title={question}
      description={consequence}
      okText={confirm ?? t("confirm")}
      cancelText={t("cancel")}
      okButtonProps={{ danger: button.danger }}
      onConfirm={() => void act()}
    >
      <Button loading={isBusy} {...button} />
    </Popconfirm>
  );
}

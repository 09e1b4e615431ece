/** The answers, at the foot of the screen: within reach of a thumb, each with its key. */
import {
  CheckOutlined,
  CloseOutlined,
  LeftOutlined,
  QuestionOutlined,
  RightOutlined,
  StepForwardOutlined,
  UndoOutlined,
} from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLanguage } from "@/app/language";
import { type KeyAction, KEYS, useKeySwitch } from "./keys";

interface Props {
  /** The words of the third answer: skip a question, or be unsure of a pair. */
  third: string;
  isThirdUnsure?: boolean;
  isDisabled: boolean;
  /** What may be done besides answering, and is not shown otherwise. */
  may: Partial<Record<"undo" | "next" | "previous", boolean>>;
  onAct: (action: KeyAction) => void;
}

const ICONS = {
  same: <CheckOutlined aria-hidden="true" />,
  different: <CloseOutlined aria-hidden="true" />,
  skip: <StepForwardOutlined aria-hidden="true" />,
} as const;

export function AnswerBar({ third, isThirdUnsure = false, isDisabled, may, onAct }: Props): ReactNode {
  const { t } = useTranslation("identity");
  const { isRtl } = useLanguage();
  const [isOn] = useKeySwitch();
  const Back = isRtl ? RightOutlined : LeftOutlined;
  const Forth = isRtl ? LeftOutlined : RightOutlined;
  const shared = (action: KeyAction) => ({
    onClick: () => onAct(action),
    ...(isOn && { "aria-keyshortcuts": action === "previous" ? "ArrowLeft" : KEYS[action] }),
  });
  const words = { same: t("answer.same"), different: t("answer.different"), skip: third };
  return (
    <div className="id-bar" role="group" aria-label={t("answers")}>
      <div className="id-answers">
        {(["same", "different", "skip"] as const).map((action) => (
          <Button
            key={action}
            size="large"
            type={action === "same" ? "primary" : "default"}
            danger={action === "different"}
            icon={action === "skip" && isThirdUnsure ? <QuestionOutlined aria-hidden="true" /> : ICONS[action]}
            disabled={isDisabled}
            {...shared(action)}
          >
            {words[action]} <Key action={action} />
          </Button>
        ))}
      </div>
      <div className="id-steps">
        {may.previous !== undefined && (
          <Button
            type="text"
            icon={<Back aria-hidden="true" />}
            disabled={!may.previous}
            aria-label={t("previous")}
            title={t("previous")}
            {...shared("previous")}
          />
        )}
        {may.undo !== undefined && (
          <Button type="text" icon={<UndoOutlined aria-hidden="true" />} disabled={!may.undo} {...shared("undo")}>
            {t("undo")} <Key action="undo" />
          </Button>
        )}
        <Button
          type="text"
          className="id-help"
          icon={<QuestionOutlined aria-hidden="true" />}
          aria-label={t("keys")}
          title={t("keys")}
          {...shared("help")}
        />
        {may.next !== undefined && (
          <Button
            type="text"
            icon={<Forth aria-hidden="true" />}
            disabled={!may.next}
            aria-label={t("next")}
            title={t("next")}
            {...shared("next")}
          />
        )}
      </div>
    </div>
  );
}

/** The key that does the same; not shown where there is no keyboard, or keys are switched off. */
function Key({ action }: { action: KeyAction }): ReactNode {
  const [isOn] = useKeySwitch();
  return isOn ? (
    <kbd className="id-key" aria-hidden="true">
      {KEYS[action]}
    </kbd>
  ) : null;
}

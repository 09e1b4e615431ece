/** Which key does what, and the switch for those whom keys disturb. */
import { Modal, Switch } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLanguage } from "@/app/language";
import { type KeyAction, KEYS, useKeySwitch } from "./keys";

interface Props {
  actions: readonly KeyAction[];
  third: string;
  isOpen: boolean;
  onClose: () => void;
}

export function KeysHelp({ actions, third, isOpen, onClose }: Props): ReactNode {
  const { t } = useTranslation("identity");
  const { isRtl } = useLanguage();
  const [isOn, setOn] = useKeySwitch();
  const arrows = isRtl ? { next: "←", previous: "→" } : { next: "→", previous: "←" };
  const keysOf = (action: KeyAction): string[] => {
    if (action === "next") return [KEYS.next, arrows.next];
    return [action === "previous" ? arrows.previous : KEYS[action]];
  };
  const words = (action: KeyAction): string =>
    action === "same" || action === "different" ? t(`answer.${action}`) : action === "skip" ? third : t(action);
  return (
    <Modal open={isOpen} title={t("keys")} footer={null} onCancel={onClose} destroyOnHidden>
      <dl className="id-keys">
        {actions.map((action) => (
          <div key={action}>
            <dt>
              {keysOf(action).map((key) => (
                <kbd key={key} className="id-key">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{words(action)}</dd>
          </div>
        ))}
      </dl>
      <p className="soft">{t("keys.when")}</p>
      <label className="cu-switch">
        <Switch size="small" checked={isOn} onChange={setOn} />
        {t("keys.on")}
      </label>
    </Modal>
  );
}

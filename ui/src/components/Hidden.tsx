import { LockOutlined } from "@ant-design/icons";
import { Tooltip } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePolicyWords } from "./policy";
import { Text } from "./Text";

/** A value that this person may not see, and the policy that says so; never an empty field. */
export function Hidden({ policy }: { policy?: string | null }): ReactNode {
  const { t } = useTranslation("components");
  const sayPolicy = usePolicyWords();
  const words = policy ? t("hidden.by", { policy: sayPolicy(policy) }) : t("hidden");
  return (
    <Tooltip title={words}>
      <span className="hidden-value" tabIndex={0}>
        <LockOutlined aria-hidden="true" /> {t("hidden.short")}
        <span className="visually-hidden"> {words}</span>
      </span>
    </Tooltip>
  );
}

/** A value as the API shows it: plain, masked with the reason, or hidden. */
export function Shown({ value, hiddenBy }: { value: ReactNode; hiddenBy?: string | null }): ReactNode {
  const { t } = useTranslation("components");
  const sayPolicy = usePolicyWords();
  if (!hiddenBy) return value;
  if (value === null || value === undefined || value === "") return <Hidden policy={hiddenBy} />;
  const words = t("hidden.by", { policy: sayPolicy(hiddenBy) });
  return (
    <Tooltip title={words}>
      <span className="hidden-value" tabIndex={0}>
        <LockOutlined aria-hidden="true" /> <Text>{value}</Text>
        <span className="visually-hidden"> {words}</span>
      </span>
    </Tooltip>
  );
}

/** Handing a customer over: the summary for whoever goes on, to read, to copy, and to send with a word. */
import { CheckOutlined, CopyOutlined, SwapOutlined } from "@ant-design/icons";
import { Button, Drawer } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Handover, useHandover } from "@/api/picks";
import { useLanguage } from "@/app/language";
import { useSession } from "@/app/session";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Text } from "@/components/Text";
import { CarePanel, hasCare } from "./care";
import { partsOf, textOf } from "./handover";

export function HandOver({ customerId }: { customerId: string }): ReactNode {
  const { t } = useTranslation("customer");
  const { isRtl } = useLanguage();
  const { may } = useSession();
  const [isOpen, setIsOpen] = useState(false);
  const { data, error, refetch } = useHandover(customerId, isOpen);
  return (
    <>
      <Button className="cu-hand-over" icon={<SwapOutlined aria-hidden="true" />} onClick={() => setIsOpen(true)}>
        {t("handover")}
      </Button>
      <Drawer
        open={isOpen}
        onClose={() => setIsOpen(false)}
        placement={isRtl ? "left" : "right"}
        title={t("handover.title")}
        size={560}
        destroyOnHidden
      >
        {!data && !error && <Loading lines={8} />}
        {error && <ErrorState error={error} onRetry={() => void refetch()} />}
        {data && <Summary summary={data} onLeave={() => setIsOpen(false)} />}
        {data && hasCare && may("create", "note") && <CarePanel name="HandOverForm" customerId={customerId} />}
      </Drawer>
    </>
  );
}

function Summary({ summary, onLeave }: { summary: Handover; onLeave: () => void }): ReactNode {
  const { t } = useTranslation("customer");
  const { language } = useLanguage();
  const [isCopied, setIsCopied] = useState(false);
  const parts = partsOf(summary, { t, language });
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(textOf(summary, { t, language }));
      setIsCopied(true);
    } catch {
      setIsCopied(false);
    }
  };
  return (
    <article className="cu-summary" aria-label={t("handover.title")}>
      <p className="soft">{t("handover.why")}</p>
      {parts.map(({ name, title, lines }) => (
        <section key={name}>
          <h3>{title}</h3>
          <ul>
            {lines.map(({ text, tab }) => (
              <li key={text}>
                <Link to={`/customers/${summary.customer_id}/${tab}`} onClick={onLeave}>
                  <Text>{text}</Text>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {parts.length === 0 && <p>{t("handover.nothing")}</p>}
      <Button
        icon={isCopied ? <CheckOutlined aria-hidden="true" /> : <CopyOutlined aria-hidden="true" />}
        onClick={() => void copy()}
      >
        {t(isCopied ? "handover.copied" : "handover.copy")}
      </Button>
    </article>
  );
}

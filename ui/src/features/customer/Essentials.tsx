/** The essentials: at most eight lines, the rest one click away. */
import { SettingOutlined } from "@ant-design/icons";
import { Button, Drawer } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Card, Essential } from "@/api/customer";
import { useLanguage } from "@/app/language";
import { useSession } from "@/app/session";
import { EmptyState } from "@/components/EmptyState";
import { CardEditor } from "./CardEditor";
import { essentialLabel } from "./labels";
import { useOpenField, WithProvenance } from "./Provenance";
import { PartValue } from "./Value";

export function Essentials({ card }: { card: Card }): ReactNode {
  const { t } = useTranslation("customer");
  const { may } = useSession();
  const [isLong, setIsLong] = useState(false);
  const [isArranging, setIsArranging] = useState(false);
  const { isRtl } = useLanguage();
  const more = card.essentials.filter(({ is_more }) => is_more).length;
  const lines = card.essentials.filter(({ is_more }) => isLong || !is_more);
  return (
    <section className="section cu-essentials" aria-labelledby="cu-essentials">
      <div className="cu-head">
        <h2 id="cu-essentials">{t("essentials")}</h2>
        {may("administer", "settings") && (
          <Button
            type="text"
            icon={<SettingOutlined />}
            aria-label={t("essentials.arrange")}
            title={t("essentials.arrange")}
            onClick={() => setIsArranging(true)}
          />
        )}
      </div>
      {lines.length === 0 && <EmptyState title={t("essentials.none")} />}
      <dl className="cu-lines">
        {lines.map((line) => (
          <Line key={line.field} line={line} card={card} />
        ))}
      </dl>
      {more > 0 && (
        <Button type="link" className="cu-more" aria-expanded={isLong} onClick={() => setIsLong(!isLong)}>
          {isLong ? t("essentials.less") : t("essentials.more", { count: more })}
        </Button>
      )}
      <Drawer
        open={isArranging}
        onClose={() => setIsArranging(false)}
        placement={isRtl ? "left" : "right"}
        title={t("essentials.arrange")}
        size={440}
        destroyOnHidden
      >
        <CardEditor />
      </Drawer>
    </section>
  );
}

function Line({ line, card }: { line: Essential; card: Card }): ReactNode {
  const { t } = useTranslation("customer");
  const open = useOpenField();
  const known = new Map(card.attributes.map((attribute) => [attribute.name, attribute]));
  return (
    <div className="cu-line">
      <dt>
        <button type="button" className="cu-label" onClick={() => open(line.field)}>
          {essentialLabel(t, line)}
        </button>
      </dt>
      <dd>
        {line.parts.map((part) => {
          const attribute = known.get(part.name === "name" ? "full_name" : part.name);
          const value = <PartValue part={part} />;
          return (
            <div key={part.name} className="cu-part">
              {attribute ? <WithProvenance attribute={attribute}>{value}</WithProvenance> : value}
            </div>
          );
        })}
      </dd>
    </div>
  );
}

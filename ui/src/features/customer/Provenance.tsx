/** Where a value comes from: in short on hover and focus, in full in a drawer. */
import { Drawer, Popover, Tag } from "antd";
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Attribute, type Card, countOpening, useFieldPolicy } from "@/api/customer";
import { useLanguage } from "@/app/language";
import { ErrorLine } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Text } from "@/components/Text";
import { fieldLabel, ruleLabel } from "./labels";
import { PickButton, PickedBy } from "./PickDialog";
import { AttributeValue, MaskedAttribute } from "./Value";

type Open = (field: string) => void;
const OpenContext = createContext<Open>(() => undefined);

/** Opens the drawer of a field, and counts that somebody did. */
export function useOpenField(): Open {
  return useContext(OpenContext);
}

export function ProvenanceProvider({ card, children }: { card: Card; children: ReactNode }): ReactNode {
  const [field, setField] = useState<string | null>(null);
  const open = useMemo<Open>(
    () => (name) => {
      countOpening(card.customer_id, name);
      setField(name);
    },
    [card.customer_id],
  );
  const attribute = card.attributes.find(({ name }) => name === field) ?? null;
  return (
    <OpenContext value={open}>
      {children}
      <ProvenanceDrawer field={field} attribute={attribute} card={card} onClose={() => setField(null)} />
    </OpenContext>
  );
}

function Origin({
  attribute,
}: {
  attribute: Pick<Attribute, "source" | "table" | "record_key" | "observed_at">;
}): ReactNode {
  return (
    <span>
      <Text>{attribute.source}</Text>
      <span className="soft">
        {" · "}
        <Text>{attribute.table}</Text>
        {attribute.record_key && (
          <>
            {" · "}
            <Text>{attribute.record_key}</Text>
          </>
        )}
      </span>
    </span>
  );
}

/** A value that tells on hover and focus where it is from; pressing it tells everything. */
export function WithProvenance({ attribute, children }: { attribute: Attribute; children: ReactNode }): ReactNode {
  const { t } = useTranslation("customer");
  const open = useOpenField();
  const short = (
    <dl className="cu-facts">
      <dt>{t("provenance.from")}</dt>
      <dd>
        <Origin attribute={attribute} />
      </dd>
      {attribute.observed_at && (
        <>
          <dt>{t("provenance.seen")}</dt>
          <dd>
            <Moment value={attribute.observed_at} as="date" />
          </dd>
        </>
      )}
      <dt>{t("provenance.rule")}</dt>
      <dd>{attribute.pick ? <PickedBy attribute={attribute} /> : ruleLabel(t, attribute.rule)}</dd>
      {attribute.others.length + attribute.more > 0 && (
        <dd className="soft">{t("provenance.others", { count: attribute.others.length + attribute.more })}</dd>
      )}
    </dl>
  );
  return (
    <Popover content={short} trigger={["hover", "focus"]} mouseEnterDelay={0.25}>
      <span className="cu-valued">
        <span>{children}</span>
        <button type="button" className="cu-origin" onClick={() => open(attribute.name)}>
          <Text>{attribute.source}</Text>
          <span className="visually-hidden"> {t("provenance.of", { field: fieldLabel(t, attribute.name) })}</span>
        </button>
      </span>
    </Popover>
  );
}

function ProvenanceDrawer({
  field,
  attribute,
  card,
  onClose,
}: {
  field: string | null;
  attribute: Attribute | null;
  card: Card;
  onClose: () => void;
}): ReactNode {
  const { t } = useTranslation("customer");
  const { isRtl } = useLanguage();
  return (
    <Drawer
      open={field !== null}
      onClose={onClose}
      placement={isRtl ? "left" : "right"}
      title={field && fieldLabel(t, field)}
      size={420}
      destroyOnHidden
    >
      {attribute && <FullProvenance attribute={attribute} card={card} />}
      {field && !attribute && <p>{t("provenance.computed")}</p>}
      {field && <WhoSees field={field} />}
    </Drawer>
  );
}

function FullProvenance({ attribute, card }: { attribute: Attribute; card: Card }): ReactNode {
  const { t } = useTranslation("customer");
  return (
    <>
      <p className="cu-big">
        <MaskedAttribute attribute={attribute} />{" "}
        <PickButton customerId={card.customer_id} attribute={attribute} version={card.version} />
      </p>
      {attribute.pick && (
        <p>
          <PickedBy attribute={attribute} />
        </p>
      )}
      <dl className="cu-facts">
        <dt>{t("provenance.source")}</dt>
        <dd>
          <Text>{attribute.source}</Text>
        </dd>
        <dt>{t("provenance.record")}</dt>
        <dd>
          <Text>
            {attribute.table}
            {attribute.record_key ? ` · ${attribute.record_key}` : ""}
          </Text>
        </dd>
        <dt>{t("provenance.column")}</dt>
        <dd>
          <Text>{attribute.column}</Text>
        </dd>
        {attribute.raw && (
          <>
            <dt>{t("provenance.raw")}</dt>
            <dd>
              <Text>{attribute.raw}</Text>
            </dd>
          </>
        )}
        {attribute.observed_at && (
          <>
            <dt>{t("provenance.seen")}</dt>
            <dd>
              <Moment value={attribute.observed_at} as="moment" />
            </dd>
          </>
        )}
        <dt>{t("provenance.rule")}</dt>
        <dd>{ruleLabel(t, attribute.rule)}</dd>
        <dt>{t("provenance.agreeing")}</dt>
        <dd>
          {t("records.count", { count: attribute.records })} · <Text>{attribute.systems.join(", ")}</Text>
        </dd>
      </dl>
      {attribute.others.length > 0 && (
        <>
          <h3>{t("provenance.lost")}</h3>
          <ul className="cu-lost">
            {attribute.others.map((other) => (
              <li key={`${other.source}${other.record_key}${other.value}`}>
                {other.value === null ? (
                  <MaskedAttribute attribute={{ ...attribute, value: null }} />
                ) : (
                  <AttributeValue name={attribute.name} value={other.value} />
                )}
                <span className="soft">
                  <Origin attribute={other} />
                  {other.observed_at && (
                    <>
                      {" "}
                      · <Moment value={other.observed_at} as="date" />
                    </>
                  )}
                  {!attribute.pick && <> · {t("provenance.lost_by", { rule: ruleLabel(t, other.why_lost) })}</>}
                </span>
              </li>
            ))}
          </ul>
          {attribute.more > 0 && <p className="soft">{t("provenance.more", { count: attribute.more })}</p>}
        </>
      )}
    </>
  );
}

function WhoSees({ field }: { field: string }): ReactNode {
  const { t } = useTranslation("customer");
  const { data, isPending, error } = useFieldPolicy(field);
  return (
    <>
      <h3>{t("who.title")}</h3>
      {isPending && <Loading lines={2} />}
      <ErrorLine error={error} />
      {data && (
        <ul className="cu-who">
          {data.roles.map(({ role, mask, is_held }) => (
            <li key={role.role_id}>
              <span>
                <Text>{role.name}</Text>
                {is_held && <span className="soft"> ({t("who.you")})</span>}
              </span>
              <Tag color={mask === "none" ? "success" : undefined}>{t(`mask.${mask}`)}</Tag>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

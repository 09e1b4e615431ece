/** All attributes with their origin, and what is computed from events. */
import { Input } from "antd";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Attribute, Card } from "@/api/customer";
import { EmptyState } from "@/components/EmptyState";
import { Hidden } from "@/components/Hidden";
import { Section } from "@/components/Page";
import { fieldLabel, lineLabel } from "./labels";
import { useOpenField, WithProvenance } from "./Provenance";
import { MaskedAttribute, PartValue } from "./Value";

const GROUPS: Record<string, readonly string[]> = {
  person:
    "full_name given_name middle_name family_name second_family_name name_prefix name_suffix birth_date birth_place gender language job_title company username".split(
      " ",
    ),
  contact: "email phone address street house_number address_extra postcode city region country website domain".split(
    " ",
  ),
  standing:
    "status tier owner loyalty_number national_id external_id consent category channel created_at updated_at".split(
      " ",
    ),
};

function groupOf(name: string): string {
  const meaning = name.split(":")[0] ?? name;
  return Object.keys(GROUPS).find((group) => GROUPS[group]?.includes(meaning)) ?? "rest";
}

export function Profile({ card }: { card: Card }): ReactNode {
  const { t } = useTranslation("customer");
  const [words, setWords] = useState("");
  const found = useMemo(() => {
    const wanted = words.trim().toLocaleLowerCase();
    return card.attributes.filter((attribute) =>
      `${fieldLabel(t, attribute.name)} ${attribute.values.join(" ")}`.toLocaleLowerCase().includes(wanted),
    );
  }, [card.attributes, words, t]);
  if (card.attributes.length === 0) return <EmptyState title={t("profile.none")} />;
  return (
    <>
      <Input
        className="cu-search"
        type="search"
        allowClear
        placeholder={t("profile.search")}
        aria-label={t("profile.search")}
        onChange={({ target }) => setWords(target.value)}
      />
      {["person", "contact", "standing", "rest"].map((group) => {
        const members = found.filter(({ name }) => groupOf(name) === group);
        return members.length > 0 ? (
          <Section key={group} title={t(`profile.${group}`)} id={`cu-${group}`}>
            <dl className="cu-attributes">
              {members.map((attribute) => (
                <Line key={attribute.name} attribute={attribute} />
              ))}
            </dl>
          </Section>
        ) : null;
      })}
      {!words && <Traits card={card} />}
    </>
  );
}

function Line({ attribute }: { attribute: Attribute }): ReactNode {
  const { t } = useTranslation("customer");
  const others = attribute.values.length - 1;
  return (
    <div>
      <dt>{fieldLabel(t, attribute.name)}</dt>
      <dd>
        <WithProvenance attribute={attribute}>
          <MaskedAttribute attribute={attribute} />
          {others > 0 && <span className="soft"> {t("profile.and_more", { count: others })}</span>}
        </WithProvenance>
      </dd>
    </div>
  );
}

const TRAITS: Record<string, string> = {
  customer_since: "moment",
  first_seen: "moment",
  last_seen: "moment",
  records: "number",
  systems: "list",
  orders: "trade",
  invoices: "trade",
  open_tickets: "number",
  open_complaint: "complaint",
  last_contact: "contact",
  last_contact_with: "person",
  last_score: "score",
};

function Traits({ card }: { card: Card }): ReactNode {
  const { t } = useTranslation("customer");
  const open = useOpenField();
  const known = Object.keys(TRAITS).filter((name) => card.traits[name] !== undefined);
  if (known.length === 0) return null;
  return (
    <Section title={t("profile.traits")} lead={t("profile.traits_why")} id="cu-traits">
      <dl className="cu-attributes">
        {known.map((name) => {
          const value = card.traits[name];
          const policy = (value as { hidden_by?: string } | null)?.hidden_by;
          return (
            <div key={name}>
              <dt>
                <button type="button" className="cu-label" onClick={() => open(name)}>
                  {lineLabel(t, name)}
                </button>
              </dt>
              <dd>
                {policy ? (
                  <Hidden policy={policy} />
                ) : (
                  <PartValue
                    part={{
                      name,
                      type: TRAITS[name] === "number" ? "count" : (TRAITS[name] ?? "text"),
                      value,
                      hidden_by: null,
                    }}
                  />
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </Section>
  );
}

/** The household a person lives in and the organisations it belongs to: a line in the header, and why in a tab. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { place } from "@/api/customer";
import {
  type HouseholdMember,
  type LevelReason,
  type Membership,
  type NamedCustomer,
  useBelonging,
  useHousehold,
} from "@/api/levels";
import { formatNumber } from "@/app/language";
import { ErrorState } from "@/components/ErrorState";
import { Hidden, Shown } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";

const PERCENT = { style: "percent", maximumFractionDigits: 1 } as const;

/** One line each, and nothing where there is nothing to say. */
export function LevelLines({ id }: { id: string }): ReactNode {
  const { t } = useTranslation("customer");
  const members = useHousehold(id).data?.household?.members ?? [];
  const memberships = useBelonging(id).data?.memberships.filter(({ until }) => until === null) ?? [];
  const others = members.filter(({ person }) => person.customer_id !== id);
  if (others.length + memberships.length === 0) return null;
  return (
    <dl className="cu-levels">
      {others.length > 0 && (
        <div>
          <dt>{t("household")}</dt>
          <dd>
            <People people={others.map(({ person }) => person)} />
          </dd>
        </div>
      )}
      {memberships.length > 0 && (
        <div>
          <dt>{t("organisation")}</dt>
          <dd>
            {memberships.map((one) => (
              <span key={one.organisation.customer_id}>
                <Name of={one.organisation} />
                {(one.role ?? one.role_hidden_by) && (
                  <span className="soft">
                    {" · "}
                    <Role role={one.role} hiddenBy={one.role_hidden_by} />
                  </span>
                )}
              </span>
            ))}
          </dd>
        </div>
      )}
    </dl>
  );
}

/** Everybody who lives there and every membership, with what speaks for it. */
export function LevelSections({ id }: { id: string }): ReactNode {
  const { t } = useTranslation("customer");
  const home = useHousehold(id);
  const work = useBelonging(id);
  if (home.isPending || work.isPending) return <Loading lines={4} />;
  if (home.error || work.error) {
    const again = (): void => void Promise.all([home.refetch(), work.refetch()]);
    return <ErrorState error={home.error ?? work.error} onRetry={again} />;
  }
  const household = home.data.household;
  const names = new Map(household?.members.map(({ person }) => [person.customer_id, person]));
  return (
    <>
      {household && (
        <Section
          title={t("household")}
          lead={t("household.why", { count: household.size })}
          id="cu-household"
          actions={<code className="soft">{household.household_id}</code>}
        >
          <ul className="cu-level-list">
            {household.members.map((member) => (
              <Member
                key={member.person.customer_id}
                member={member}
                names={names}
                isSelf={member.person.customer_id === id}
              />
            ))}
          </ul>
        </Section>
      )}
      {work.data.memberships.length > 0 && (
        <Section title={t("organisation")} lead={t("organisation.why")} id="cu-organisation">
          <ul className="cu-level-list">
            {work.data.memberships.map((one) => (
              <Belongs key={one.organisation.customer_id} one={one} />
            ))}
          </ul>
        </Section>
      )}
      {work.data.relations.length > 0 && (
        <Section title={t("relations")} lead={t("relations.why")} id="cu-relations">
          <ul className="cu-level-list">
            {work.data.relations.map((one) => (
              <li key={`${one.kind} ${one.organisation.customer_id}`}>
                <span className="soft">{t(`relation.${one.kind}`)}</span> <Name of={one.organisation} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

interface MemberProps {
  member: HouseholdMember;
  names: ReadonlyMap<string, NamedCustomer>;
  isSelf: boolean;
}

function Member({ member, names, isSelf }: MemberProps): ReactNode {
  const { t } = useTranslation("customer");
  return (
    <li>
      {isSelf ? (
        <b>
          <Name of={member.person} isPlain />
        </b>
      ) : (
        <Name of={member.person} />
      )}
      <span className="soft">
        {" "}
        {t("level.strength", { share: formatNumber(member.strength, PERCENT) })} · {t("level.since")}{" "}
        <Moment value={member.since} as="date" />
      </span>
      <Reasons reasons={member.reasons} names={names} />
    </li>
  );
}

function Belongs({ one }: { one: Membership }): ReactNode {
  const { t } = useTranslation("customer");
  return (
    <li>
      <Name of={one.organisation} />
      {(one.role ?? one.role_hidden_by) && (
        <>
          {" · "}
          <Role role={one.role} hiddenBy={one.role_hidden_by} />
        </>
      )}
      <span className="soft">
        {" "}
        {t("level.strength", { share: formatNumber(one.strength, PERCENT) })} · {t("level.since")}{" "}
        <Moment value={one.since} as="date" />
        {one.until && (
          <>
            {" · "}
            {t("level.until")} <Moment value={one.until} as="date" />
          </>
        )}
      </span>
      <Reasons reasons={one.reasons} />
    </li>
  );
}

/** The values that speak for it, with whom they are shared, and the records that say them. */
function Reasons({
  reasons,
  names,
}: {
  reasons: readonly LevelReason[];
  names?: ReadonlyMap<string, NamedCustomer>;
}): ReactNode {
  const { t } = useTranslation("customer");
  return (
    <ul className="cu-reasons">
      {reasons.map((reason) => (
        <li key={`${reason.kind} ${reason.values.map(({ value }) => value).join(" ")} ${reason.records.join(" ")}`}>
          {reason.values.map((said, place) => (
            <span key={said.kind}>
              {place > 0 && " + "}
              <span className="soft">{t(`level.${said.kind}`)}</span>{" "}
              {said.value === null ? <Hidden policy={said.hidden_by ?? undefined} /> : <Text>{said.value}</Text>}
            </span>
          ))}
          {names && reason.shared_with.length > 0 && (
            <span className="soft">
              {" "}
              {t("level.with")} <People people={reason.shared_with.flatMap((one) => names.get(one) ?? [])} />
            </span>
          )}
          <div className="soft cu-said-by">
            <Text>{reason.records.join(", ")}</Text>
          </div>
        </li>
      ))}
    </ul>
  );
}

export function Name({ of, isPlain = false }: { of: NamedCustomer; isPlain?: boolean }): ReactNode {
  const { t } = useTranslation("customer");
  if (of.display_name === null && of.name_hidden_by) return <Hidden policy={of.name_hidden_by} />;
  const name = <Text>{of.display_name ?? t("header.nameless")}</Text>;
  return isPlain ? name : <Link to={place(of.customer_id)}>{name}</Link>;
}

export function Role({ role, hiddenBy }: { role: string | null; hiddenBy: string | null }): ReactNode {
  if (role === null) return hiddenBy ? <Hidden policy={hiddenBy} /> : null;
  return <Shown value={<Text>{role}</Text>} hiddenBy={hiddenBy} />;
}

function People({ people }: { people: readonly NamedCustomer[] }): ReactNode {
  return (
    <span className="cu-people">
      {people.map((person) => (
        <Name key={person.customer_id} of={person} />
      ))}
    </span>
  );
}

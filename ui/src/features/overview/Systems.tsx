import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Overview, SystemSummary } from "@/api/overview";
import { useSession } from "@/app/session";
import { type Column, DataTable } from "@/components/DataTable";
import { Moment } from "@/components/Moment";
import { Money, Num, ShareOf } from "@/components/Num";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { Bar, Behind, shareOf } from "./Marks";
import { shareWords } from "./words";

interface Props {
  systems: readonly SystemSummary[];
  currency: string;
  lastReads: Readonly<Record<string, string>>;
}

const NOTHING = <span aria-hidden="true">–</span>;

/** Every system with what it holds. Columns that nobody has anything for are left out. */
export function Systems({ systems, currency, lastReads }: Props): ReactNode {
  const { t } = useTranslation("overview");
  const { may } = useSession();
  const columns: (Column<SystemSummary> & { isWorthIt?: boolean })[] = [
    {
      key: "name",
      title: t("system"),
      isPrimary: true,
      render: ({ name }) =>
        may("read", "source") ? (
          <Link to={`/sources/${name}`}>
            <Text>{name}</Text>
          </Link>
        ) : (
          <Text>{name}</Text>
        ),
    },
    { key: "records", title: t("tile.records"), isNumber: true, render: ({ records }) => <Num value={records} /> },
    {
      key: "customers",
      title: t("customers"),
      isNumber: true,
      render: ({ customers, filter, name }) => (
        <Behind count={{ count: customers, filter }} label={t("open", { what: `${t("customers")} ${name}` })}>
          <Num value={customers} />
        </Behind>
      ),
    },
    {
      key: "only_here",
      title: t("system.only_here"),
      isNumber: true,
      render: ({ only_here }) => (
        <Behind count={only_here} label={shareWords(t, only_here)}>
          <ShareOf value={shareOf(only_here)} />
        </Behind>
      ),
    },
    {
      key: "newest",
      title: t("system.newest"),
      isWorthIt: systems.some(({ newest }) => newest),
      render: ({ newest }) => (newest ? <Moment value={newest} as="date" /> : NOTHING),
    },
    {
      key: "unchanged",
      isHiddenOnPhone: true,
      title: t("system.unchanged"),
      isNumber: true,
      isWorthIt: systems.some(({ unchanged }) => unchanged),
      render: ({ unchanged }) =>
        unchanged ? (
          <span title={shareWords(t, unchanged)}>
            <ShareOf value={shareOf(unchanged)} />
          </span>
        ) : (
          NOTHING
        ),
    },
    {
      key: "last_read",
      isHiddenOnPhone: true,
      title: t("system.last_read"),
      isWorthIt: Object.keys(lastReads).length > 0,
      render: ({ name }) => (lastReads[name] ? <Moment value={lastReads[name]} as="relative" /> : NOTHING),
    },
    {
      key: "owner",
      isHiddenOnPhone: true,
      title: t("system.owner"),
      isWorthIt: systems.some(({ owner }) => owner),
      render: ({ owner }) => (owner ? <Text>{owner}</Text> : NOTHING),
    },
    {
      key: "cost",
      isHiddenOnPhone: true,
      title: t("system.cost"),
      isNumber: true,
      isWorthIt: systems.some(({ yearly_cost }) => yearly_cost !== null),
      render: ({ yearly_cost }) =>
        yearly_cost === null ? NOTHING : <Money amount={yearly_cost} currency={currency} />,
    },
  ];
  return (
    <Section id="systems" title={t("tile.systems")}>
      <DataTable
        label={t("tile.systems")}
        columns={columns.filter(({ isWorthIt = true }) => isWorthIt)}
        rows={systems}
        rowKey={({ name }) => name}
      />
    </Section>
  );
}

/** How many systems it takes to see one customer whole. */
export function BySystems({ entries }: { entries: Overview["by_systems"] }): ReactNode {
  const { t } = useTranslation("overview");
  const shown = entries.filter(({ customers }) => customers.count > 0);
  if (shown.length === 0) return null;
  return (
    <Section id="by-systems" title={t("by_systems")} lead={t("by_systems.lead")}>
      <ul className="ov-findings">
        {shown.map(({ systems, customers }) => {
          const words = t("by_systems.count", { count: systems });
          return (
            <li key={systems}>
              <span className="ov-finding">
                <Behind count={customers} label={shareWords(t, customers)}>
                  {words}
                </Behind>
                <ShareOf value={shareOf(customers)} />
              </span>
              <Bar share={shareOf(customers)} />
              <span className="soft ov-base">{shareWords(t, customers)}</span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

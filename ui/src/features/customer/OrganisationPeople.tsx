/** The people of an organisation that one may know of, those of today first. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type OrganisationPerson, useOrganisationPeople } from "@/api/levels";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Moment } from "@/components/Moment";
import { Name, Role } from "./Levels";

export function OrganisationPeople({ id }: { id: string }): ReactNode {
  const { t } = useTranslation("customer");
  const people = useOrganisationPeople(id);
  const columns: Column<OrganisationPerson>[] = [
    { key: "name", title: t("people.name"), isPrimary: true, render: ({ person }) => <Name of={person} /> },
    { key: "role", title: t("people.role"), render: (one) => <Role role={one.role} hiddenBy={one.role_hidden_by} /> },
    { key: "since", title: t("identity.since"), render: ({ since }) => <Moment value={since} as="date" /> },
    ...(people.rows.some(({ until }) => until)
      ? [
          {
            key: "until",
            title: t("identity.until"),
            render: ({ until }: OrganisationPerson) => (until ? <Moment value={until} as="date" /> : null),
          },
        ]
      : []),
  ];
  return (
    <DataTable
      {...people}
      label={t("tab.people")}
      columns={columns}
      rowKey={({ person }) => person.customer_id}
      empty={<EmptyState title={t("people.none")} />}
    />
  );
}

/** Settings → People: who signs in, with which roles; inviting, changing, disabling. */
import { PlusOutlined } from "@ant-design/icons";
import { Button, Input, Tag } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type User, useUsers } from "@/api/people";
import { useSession } from "@/app/session";
import { type Column, DataTable } from "@/components/DataTable";
import { Moment } from "@/components/Moment";
import { Page } from "@/components/Page";
import { PersonTag } from "@/components/PersonTag";
import { Text } from "@/components/Text";
import { Toolbar } from "@/components/Toolbar";
import { useQueryState } from "@/components/useQueryState";
import { EditPerson } from "./EditPerson";
import { Invite } from "./Invite";
import { useRoleName } from "./words";
import "./people.css";

export default function People(): ReactNode {
  const { t } = useTranslation("people");
  const { may } = useSession();
  const roleName = useRoleName();
  const [query, set] = useQueryState();
  const [isInviting, setIsInviting] = useState(false);
  const q = query.get("q") ?? "";
  const editing = query.get("person");
  const users = useUsers(q);
  const columns: Column<User>[] = [
    { key: "name", title: t("name"), isPrimary: true, render: (user) => <PersonTag name={user.display_name} /> },
    { key: "email", title: t("email"), render: (user) => <Text>{user.email}</Text> },
    {
      key: "state",
      title: t("state"),
      render: ({ state }) => <Tag>{t(`state.${state}`)}</Tag>,
    },
  ];
  if (may("update", "user")) {
    columns.push(
      {
        key: "roles",
        title: t("roles"),
        render: ({ roles }) =>
          roles?.length ? (
            <Text>{roles.map((id) => roleName({ role_id: id, name: id })).join(" · ")}</Text>
          ) : (
            <span className="soft">{t("roles.none")}</span>
          ),
      },
      {
        key: "seen",
        title: t("last"),
        render: (user) =>
          user.last_signed_in_at ? <Moment value={user.last_signed_in_at} as="relative" /> : t("last.never"),
      },
      { key: "factor", title: t("factor"), render: (user) => t(user.has_second_factor ? "factor.on" : "factor.off") },
    );
  }
  return (
    <Page
      title={t("people")}
      lead={t("people.what")}
      actions={
        may("create", "user") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setIsInviting(true)}>
            {t("invite")}
          </Button>
        )
      }
    >
      <Toolbar label={t("search")}>
        <Input.Search
          allowClear
          aria-label={t("search")}
          placeholder={t("search")}
          defaultValue={q}
          onSearch={(text) => set("q", text)}
        />
      </Toolbar>
      <DataTable
        label={t("people")}
        columns={columns}
        {...users}
        rowKey={(user) => user.user_id}
        actions={
          may("update", "user")
            ? (user) => (
                <Button size="small" onClick={() => set("person", user.user_id)}>
                  {t("change")} <span className="visually-hidden">{user.display_name}</span>
                </Button>
              )
            : undefined
        }
      />
      {isInviting && <Invite onClose={() => setIsInviting(false)} />}
      {editing && <EditPerson key={editing} userId={editing} onClose={() => set("person", null)} />}
    </Page>
  );
}

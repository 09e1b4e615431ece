import { CopyOutlined, PlusOutlined } from "@ant-design/icons";
import { Tag } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Role, useRoles } from "@/api/roles";
import { useSession } from "@/app/session";
import { type Column, DataTable } from "@/components/DataTable";
import { Num } from "@/components/Num";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";
import { RuleText, useWords } from "./words";

export function RoleList(): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  const { may } = useSession();
  const { data, isPending, error, refetch } = useRoles();
  const copyLink = (role: Role): ReactNode => (
    <Link
      className="icon-link"
      to={`/settings/roles/new?copy=${role.role_id}`}
      aria-label={t("copy_of", { name: words.role(role) })}
      title={t("copy")}
    >
      <CopyOutlined aria-hidden="true" />
    </Link>
  );
  const columns: Column<Role>[] = [
    {
      key: "name",
      title: t("name"),
      isPrimary: true,
      render: (role) => (
        <>
          <Link to={`/settings/roles/${role.role_id}`}>
            <Text>{words.role(role)}</Text>
          </Link>{" "}
          {role.is_shipped && <Tag>{t("shipped")}</Tag>}
          <div className="soft role-what">
            <Text>{words.roleDescription(role)}</Text>
          </div>
        </>
      ),
    },
    {
      key: "scope",
      title: t("scope"),
      render: (role) => (role.scope ? <RuleText rule={role.scope} /> : t("scope.all")),
    },
    { key: "holders", title: t("holders"), isNumber: true, render: (role) => <Num value={role.holders} /> },
  ];
  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={
        may("create", "role") && (
          <Link to="/settings/roles/new" className="button-link">
            <PlusOutlined aria-hidden="true" /> {t("new")}
          </Link>
        )
      }
    >
      <DataTable
        label={t("title")}
        columns={columns}
        rows={data ?? []}
        rowKey={(role) => role.role_id}
        isLoading={isPending}
        error={error}
        onRetry={() => void refetch()}
        actions={may("create", "role") ? copyLink : undefined}
      />
    </Page>
  );
}

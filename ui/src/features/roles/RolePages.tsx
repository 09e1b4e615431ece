/** The pages of one role: a new one, or one that is there. */
import { CopyOutlined, DeleteOutlined, EyeOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { type Edit, useEdit, useIdempotencyKey } from "@/api/edit";
import {
  bodyOf,
  createRole,
  deleteRole,
  loadRole,
  type Role,
  type RoleBody,
  roleKey,
  saveRole,
  useForgetRoles,
  useRoles,
} from "@/api/roles";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { ConflictDialog } from "@/components/ConflictDialog";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";
import { useProblemWords } from "@/components/problem";
import { RoleForm } from "./RoleForm";
import { useViewAs } from "./useViewAs";
import { useWords } from "./words";

const EMPTY: RoleBody = {
  name: "",
  description: "",
  permissions: { customer: ["read"] },
  denials: {},
  scope: null,
  deny_scope: null,
  masks: {},
};

export function NewRole(): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const forget = useForgetRoles();
  const { key, used } = useIdempotencyKey();
  const roles = useRoles();
  const copied = roles.data?.find(({ role_id }) => role_id === search.get("copy"));
  const [draft, setDraft] = useState<RoleBody | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isSaving, setIsSaving] = useState(false);
  if (search.get("copy") && roles.isPending) return <Loading />;
  const begun = copied ? { ...bodyOf(copied), name: t("copy_of", { name: words.role(copied) }) } : EMPTY;
  const role = draft ?? begun;
  const change = (next: RoleBody): void => {
    used(); // another draft is another intention
    setDraft(next);
  };
  const create = async (): Promise<void> => {
    setIsSaving(true);
    setError(null);
    try {
      const made = await createRole(role, key());
      await forget();
      await navigate(`/settings/roles/${made.role_id}`);
    } catch (failure) {
      setError(failure);
    } finally {
      setIsSaving(false);
    }
  };
  return (
    <Page title={t("new")}>
      <RoleForm role={role} isShipped={false} isReadOnly={false} error={error} onChange={change} />
      <div className="save-bar">
        <ErrorLine error={error} />
        <Button onClick={() => void navigate("/settings/roles")}>{t("cancel")}</Button>
        <Button type="primary" loading={isSaving} disabled={!role.name.trim()} onClick={() => void create()}>
          {t("create")}
        </Button>
      </div>
    </Page>
  );
}

function Actions({ role }: { role: Role }): ReactNode {
  const { t } = useTranslation("roles");
  const { may } = useSession();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const forget = useForgetRoles();
  const begin = useViewAs();
  const wordsOf = useProblemWords();
  const remove = async (): Promise<void> => {
    try {
      await deleteRole(role);
      await navigate("/settings/roles");
      await forget();
    } catch (failure) {
      void message.error(wordsOf(failure).what);
    }
  };
  return (
    <>
      {may("assign", "role") && (
        <Button icon={<EyeOutlined />} onClick={() => void begin({ role_id: role.role_id })}>
          {t("view_as")}
        </Button>
      )}
      {may("create", "role") && (
        <Link className="button-link" to={`/settings/roles/new?copy=${role.role_id}`}>
          <CopyOutlined aria-hidden="true" /> {t("copy")}
        </Link>
      )}
      {may("delete", "role") && role.is_editable && !role.is_shipped && (
        <ConfirmButton
          danger
          icon={<DeleteOutlined />}
          question={t("delete.question")}
          consequence={t("delete.consequence", { count: role.holders })}
          onConfirm={remove}
        >
          {t("delete")}
        </ConfirmButton>
      )}
    </>
  );
}

function SaveBar({ edit, role }: { edit: Edit<Role>; role: Role }): ReactNode {
  const { t } = useTranslation("roles");
  const forget = useForgetRoles();
  const { original } = role;
  const isChanged =
    original !== null &&
    JSON.stringify([original.scope, original.deny_scope, original.masks]) !==
      JSON.stringify([role.scope, role.deny_scope, role.masks]);
  const save = async (): Promise<void> => {
    if (await edit.save()) await forget();
  };
  return (
    <div className="save-bar">
      <ErrorLine error={edit.error} />
      {isChanged && (
        <Button
          onClick={() =>
            edit.change({ ...role, scope: original.scope, deny_scope: original.deny_scope, masks: original.masks })
          }
        >
          {t("as_shipped")}
        </Button>
      )}
      <Button disabled={!edit.isDirty} onClick={edit.reset}>
        {t("discard")}
      </Button>
      <Button type="primary" loading={edit.isSaving} disabled={!edit.isDirty} onClick={() => void save()}>
        {t("save")}
      </Button>
    </div>
  );
}

export function ChangeRole(): ReactNode {
  const { roleId = "" } = useParams();
  return <RolePage key={roleId} roleId={roleId} />;
}

function RolePage({ roleId }: { roleId: string }): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  const edit = useEdit<Role>({
    queryKey: roleKey(roleId),
    load: () => loadRole(roleId),
    save: (draft, ifMatch) => saveRole(roleId, draft, ifMatch),
  });
  const role = edit.value;
  if (!role) return edit.error ? <ErrorState error={edit.error} onRetry={edit.reload} /> : <Loading lines={8} />;
  const isReadOnly = !role.is_editable;
  const labels = {
    name: t("name"),
    description: t("description"),
    permissions: t("matrix"),
    denials: t("state.deny"),
    scope: t("scope"),
    deny_scope: t("deny_scope.label"),
    masks: t("masks"),
  };
  return (
    <Page
      title={words.role(role)}
      heading={<Text>{words.role(role)}</Text>}
      lead={role.is_shipped && <Text>{words.roleDescription(role)}</Text>}
      actions={<Actions role={role} />}
    >
      {isReadOnly && <p className="banner">{t(role.role_id === "owner" ? "read_only.owner" : "read_only")}</p>}
      <RoleForm
        role={role}
        isShipped={role.is_shipped}
        isReadOnly={isReadOnly}
        error={edit.error}
        onChange={(body) => edit.change((before) => ({ ...before, ...body }))}
      />
      {!isReadOnly && <SaveBar edit={edit} role={role} />}
      <ConflictDialog edit={edit} labels={labels} />
    </Page>
  );
}

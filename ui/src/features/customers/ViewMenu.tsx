/** Saved views: open one, save what is shown as one, change, share, delete. */
import { BookOutlined, DeleteOutlined, DownOutlined, SaveOutlined, TeamOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Dropdown, Form, Input, Modal } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/client";
import { changeView, createView, deleteView, useViews, type View, type ViewDraft, VIEWS_KEY } from "@/api/customers";
import { useIdempotencyKey } from "@/api/edit";
import { useSession } from "@/app/session";
import { ConfirmButton } from "@/components/ConfirmButton";
import { ErrorLine } from "@/components/ErrorState";
import { Text } from "@/components/Text";
import { differs, EMPTY, type ListState, stateOfView } from "./address";

interface Props {
  state: ListState;
  onOpen: (state: ListState) => void;
}

function draftOf(state: ListState, name: string, sharedWith: string[]): ViewDraft {
  const { q, filter, sort, columns } = state;
  return { name, query: q, filter, sort, columns: [...columns], shared_with: sharedWith };
}

function SaveDialog({ state, view, onClose, onSaved }: SaveProps): ReactNode {
  const { t } = useTranslation("customers");
  const { me } = useSession();
  const { key, used } = useIdempotencyKey();
  const [name, setName] = useState(view?.name ?? "");
  const [roles, setRoles] = useState<string[]>(view?.shared_with ?? []);
  const [isSaving, setIsSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = async (): Promise<void> => {
    setIsSaving(true);
    setError(null);
    try {
      const draft = draftOf(state, name, roles);
      const saved = view ? await changeView(view, draft) : await createView(draft, key());
      used();
      onSaved(saved);
    } catch (failure) {
      setError(failure);
    } finally {
      setIsSaving(false);
    }
  };
  return (
    <Modal
      open
      title={t(view ? "view.change" : "view.save")}
      onCancel={onClose}
      onOk={() => void save()}
      okText={t("view.save_button")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: !name.trim() }}
      confirmLoading={isSaving}
      destroyOnHidden
    >
      <Form layout="vertical" onFinish={() => void save()}>
        <Form.Item label={t("view.name")} htmlFor="view-name">
          <Input
            id="view-name"
            value={name}
            maxLength={200}

            onChange={({ target }) => setName(target.value)}
          />
        </Form.Item>
        {(me?.roles.length ?? 0) > 0 && (
          <fieldset className="cl-fieldset">
            <legend>{t("view.share")}</legend>
            <Checkbox.Group
              value={roles}
              onChange={(next) => setRoles(next)}
              options={(me?.roles ?? []).map((role) => ({ value: role.name, label: role.title ?? role.name }))}
            />
            <p className="soft cl-note">{t("view.share_why")}</p>
          </fieldset>
        )}
        {isApiError(error, 412) ? <p className="error-line">{t("view.stale")}</p> : <ErrorLine error={error} />}
      </Form>
    </Modal>
  );
}

interface SaveProps {
  state: ListState;
  view: View | null;
  onClose: () => void;
  onSaved: (view: View) => void;
}

export function ViewMenu({ state, onOpen }: Props): ReactNode {
  const { t } = useTranslation("customers");
  const { may } = useSession();
  const queries = useQueryClient();
  const views = useViews(may("read", "view"));
  const [saving, setSaving] = useState<View | "new" | null>(null);
  const [error, setError] = useState<unknown>(null);
  if (!may("read", "view")) return null;
  const current = views.data?.find(({ view_id }) => view_id === state.view);
  const isChanged = current !== undefined && differs(state, current);
  const isMine = current !== undefined && (current.is_mine || may("administer", "view"));
  const reload = () => queries.invalidateQueries({ queryKey: VIEWS_KEY });
  const items = [
    { key: "", label: t("view.all") },
    ...(views.data ?? []).map((view) => ({
      key: view.view_id,
      icon: view.shared_with.length > 0 ? <TeamOutlined aria-label={t("view.shared")} /> : <BookOutlined />,
      label: (
        <span>
          <Text>{view.name}</Text>
          {!view.is_mine && (
            <span className="soft">
              {" · "}
              <Text>{view.owner_name}</Text>
            </span>
          )}
        </span>
      ),
    })),
  ];
  const open = (id: string): void => {
    const view = views.data?.find(({ view_id }) => view_id === id);
    onOpen(view ? stateOfView(view) : EMPTY);
  };
  const remove = async (view: View): Promise<void> => {
    setError(null);
    try {
      await deleteView(view);
      onOpen({ ...state, view: null });
      await reload();
    } catch (failure) {
      setError(failure);
      await reload();
    }
  };
  return (
    <>
      <Dropdown menu={{ items, onClick: ({ key }) => open(key), selectedKeys: [state.view ?? ""] }} trigger={["click"]}>
        <Button icon={<BookOutlined />} aria-haspopup="menu">
          <span className="cl-view-name">{current ? <Text>{current.name}</Text> : t("view.views")}</span>
          {isChanged && <span className="soft">{t("view.changed")}</span>}
          <DownOutlined />
        </Button>
      </Dropdown>
      {may("create", "view") && (
        <Button icon={<SaveOutlined />} onClick={() => setSaving(isMine && isChanged && current ? current : "new")}>
          {t(isMine && isChanged ? "view.change" : "view.save")}
        </Button>
      )}
      {current && isMine && may("delete", "view") && (
        <ConfirmButton question={t("view.delete_sure")} onConfirm={() => remove(current)} icon={<DeleteOutlined />}>
          {t("view.delete")}
        </ConfirmButton>
      )}
      <ErrorLine error={error} />
      {saving && (
        <SaveDialog
          state={state}
          view={saving === "new" ? null : saving}
          onClose={() => setSaving(null)}
          onSaved={(view) => {
            setSaving(null);
            void reload();
            onOpen(stateOfView(view));
          }}
        />
      )}
    </>
  );
}

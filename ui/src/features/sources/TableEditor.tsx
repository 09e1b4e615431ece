/** What a table is for and what identifies its rows, as a person says. */
import { Form, Modal, Select } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/client";
import { noteTable, type Table, useMeanings, useRefreshSources } from "@/api/sources";
import { ErrorLine } from "@/components/ErrorState";
import { Text } from "@/components/Text";

export function TableEditor({
  table,
  version,
  onClose,
}: {
  table: Table;
  version: number;
  onClose: () => void;
}): ReactNode {
  const { t } = useTranslation("sources");
  const { data } = useMeanings();
  const refresh = useRefreshSources();
  const saidKey = table.noted.key == null ? table.key : [table.noted.key].flat();
  const saidRole = table.noted.role ?? table.role;
  const [role, setRole] = useState(saidRole);
  const [key, setKey] = useState<string[]>(saidKey);
  const [error, setError] = useState<unknown>(null);
  const [isSaving, setIsSaving] = useState(false);

  const save = async (): Promise<void> => {
    const choices = {
      ...(role !== saidRole && { role }),
      ...(key.join("\n") !== saidKey.join("\n") && { key: key.length > 0 ? key : null }),
    };
    if (Object.keys(choices).length === 0) return onClose();
    setIsSaving(true);
    try {
      await noteTable(table.source, table.name, choices, version);
      refresh();
      onClose();
    } catch (failure) {
      setError(failure);
      if (isApiError(failure, 412)) refresh();
    } finally {
      setIsSaving(false);
    }
    return undefined;
  };

  return (
    <Modal
      open
      title={<Text>{table.name}</Text>}
      okText={t("save")}
      cancelText={t("cancel")}
      confirmLoading={isSaving}
      onOk={() => void save()}
      onCancel={onClose}
    >
      <p className="soft">
        <Text>{table.reason}</Text>
      </p>
      <Form layout="vertical" component={false}>
        <Form.Item label={t("table.role")} htmlFor="table-role">
          <Select
            id="table-role"
            aria-label={t("table.role")}
            value={role}
            options={(data?.roles ?? [role]).map((value) => ({ value, label: t(`role.${value}`) }))}
            onChange={setRole}
          />
        </Form.Item>
        <Form.Item label={t("table.key_columns")} htmlFor="table-key" extra={t("table.key_what")}>
          <Select
            id="table-key"
            aria-label={t("table.key_columns")}
            mode="multiple"
            value={key}
            options={table.columns.map(({ name }) => ({ value: name, label: name }))}
            onChange={setKey}
          />
        </Form.Item>
      </Form>
      <ErrorLine error={error} />
      <p className="soft">{t("applies")}</p>
    </Modal>
  );
}

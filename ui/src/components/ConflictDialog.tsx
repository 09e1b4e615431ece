import { Button, Modal } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Edit } from "@/api/edit";
import { Text } from "./Text";

interface Props<T> {
  edit: Edit<T>;
  /** What can differ, in words; other properties are not shown. */
  labels: Partial<Record<keyof T, string>>;
  show?: (value: unknown, property: keyof T) => ReactNode;
}

function plain(value: unknown): ReactNode {
  if (value === null || value === undefined || value === "") return "–";
  return <Text>{typeof value === "string" ? value : JSON.stringify(value)}</Text>;
}

/** Somebody else saved meanwhile: both versions side by side, and nothing typed is lost. */
export function ConflictDialog<T extends object>({ edit, labels, show = plain }: Props<T>): ReactNode {
  const { t } = useTranslation("components");
  if (!edit.conflict) return null;
  const { theirs, mine } = edit.conflict;
  const properties = (Object.keys(labels) as (keyof T)[]).filter(
    (property) => JSON.stringify(theirs[property]) !== JSON.stringify(mine[property]),
  );
  return (
    <Modal
      open
      title={t("conflict.title")}
      onCancel={() => void edit.resolve("later")}
      footer={
        <div className="dialog-buttons">
          <Button onClick={() => void edit.resolve("theirs")}>{t("conflict.theirs")}</Button>
          <Button onClick={() => void edit.resolve("later")}>{t("conflict.later")}</Button>
          <Button type="primary" loading={edit.isSaving} onClick={() => void edit.resolve("mine")}>
            {t("conflict.mine")}
          </Button>
        </div>
      }
    >
      <p>{t("conflict.what")}</p>
      <div className="scroll">
        <table className="table">
          <thead>
            <tr>
              <td />
              <th scope="col">{t("conflict.their_version")}</th>
              <th scope="col">{t("conflict.my_version")}</th>
            </tr>
          </thead>
          <tbody>
            {properties.map((property) => (
              <tr key={String(property)}>
                <th scope="row">{labels[property]}</th>
                <td>{show(theirs[property], property)}</td>
                <td>{show(mine[property], property)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {properties.length === 0 && <p className="soft">{t("conflict.same")}</p>}
    </Modal>
  );
}

/** One file: its picture or its kind, whose it is, and what can be done with it. */
import { DeleteOutlined, DownloadOutlined, FileOutlined } from "@ant-design/icons";
import { Button, Modal } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CareFile, careKeys, etagOf, useCareAction } from "@/api/care";
import { address, api } from "@/api/client";
import { formatNumber } from "@/app/language";
import { usePreferences } from "@/app/preferences";
import { ConfirmButton } from "@/components/ConfirmButton";
import { ErrorLine } from "@/components/ErrorState";
import { Shown } from "@/components/Hidden";
import { Moment } from "@/components/Moment";
import { Text } from "@/components/Text";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

function Size({ bytes }: { bytes: number }): ReactNode {
  const writing = usePreferences();
  const step = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)), UNITS.length - 1);
  const options = {
    style: "unit",
    unit: UNITS[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: 1,
  } as const;
  return <bdi>{formatNumber(bytes / 1000 ** step, options, writing)}</bdi>;
}

export function FileItem({ file, customerId }: { file: CareFile; customerId: string }): ReactNode {
  const { t } = useTranslation("care");
  const [isShown, setIsShown] = useState(false);
  const remove = useCareAction(
    () => api.delete(`/files/${file.file_id}`, { ifMatch: etagOf(file) }),
    careKeys.files(customerId),
  );
  const name = file.name.text ?? "";
  const preview = address(`/files/${file.file_id}/preview`).pathname;
  return (
    <li className="file">
      {file.is_preview ? (
        <button
          type="button"
          className="file-picture"
          onClick={() => setIsShown(true)}
          aria-label={t("file.show", { name })}
        >
          <img src={preview} alt="" loading="lazy" />
        </button>
      ) : (
        <span className="file-picture" aria-hidden="true">
          <FileOutlined />
        </span>
      )}
      <div className="care-main">
        <div className="file-name">
          <Shown value={name && <Text>{name}</Text>} hiddenBy={file.name.hidden_by} />
        </div>
        <div className="task-facts soft">
          <Size bytes={file.size_bytes} />
          <Text>{file.added_by.name}</Text>
          <Moment value={file.added_at} as="relative" />
        </div>
        <ErrorLine error={remove.error} />
        <div className="care-actions">
          <Button
            size="small"
            type="text"
            icon={<DownloadOutlined />}
            href={address(`/files/${file.file_id}/content`).pathname}
            download={name}
          >
            {t("file.download")}
          </Button>
          {file.may_delete && (
            <ConfirmButton
              size="small"
              type="text"
              danger
              icon={<DeleteOutlined />}
              question={t("file.delete_question")}
              consequence={t("file.delete_consequence")}
              confirm={t("delete")}
              onConfirm={() => remove.mutateAsync(undefined).catch(() => undefined)}
            >
              {t("delete")}
            </ConfirmButton>
          )}
        </div>
      </div>
      {isShown && (
        <Modal
          open
          title={<Text>{name}</Text>}
          footer={null}
          width="min(60rem, 96vw)"
          onCancel={() => setIsShown(false)}
        >
          <img className="file-large" src={preview} alt={name} />
        </Modal>
      )}
    </li>
  );
}

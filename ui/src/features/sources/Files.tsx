/** A place to drop files on, and how far each is. */
import { CloseOutlined, CloudUploadOutlined } from "@ant-design/icons";
import { Button, Progress } from "antd";
import { type DragEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Sending, useUploads } from "@/api/uploads";
import { ErrorLine } from "@/components/ErrorState";
import { Num } from "@/components/Num";
import { Text } from "@/components/Text";

const TAKES =
  ".csv,.tsv,.tab,.psv,.txt,.dat,.json,.jsonl,.ndjson,.parquet,.xlsx,.xlsm,.xlsb,.xls,.ods,.sqlite,.sqlite3,.db,.zip,.gz,.bz2,.xz,.zst";
const MEGA = 1 << 20;
const MEGABYTES = { style: "unit", unit: "megabyte", maximumFractionDigits: 1 } as const;
const KILOBYTES = { style: "unit", unit: "kilobyte", maximumFractionDigits: 1 } as const;

/** `onReady` is told the uploads that are here whole, whenever they change. */
export function Files({ onReady }: { onReady: (uploads: string[], names: string[]) => void }): ReactNode {
  const { t } = useTranslation("sources");
  const { sendings, add, cancel } = useUploads();
  const [isOver, setIsOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const told = useRef("");
  const done = sendings.filter(({ state }) => state === "done");
  const isWhole = sendings.length > 0 && sendings.every(({ state }) => state === "done");
  useEffect(() => {
    const ids = isWhole ? done.flatMap(({ uploadId }) => (uploadId ? [uploadId] : [])) : [];
    if (told.current === ids.join(" ")) return;
    told.current = ids.join(" ");
    onReady(
      ids,
      done.map(({ name }) => name),
    );
  });
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setIsOver(false);
    add([...event.dataTransfer.files]);
  };
  return (
    <>
      <div
        className="drop"
        data-over={isOver}
        onDragOver={(event) => (event.preventDefault(), setIsOver(true))}
        onDragLeave={() => setIsOver(false)}
        onDrop={drop}
      >
        <CloudUploadOutlined aria-hidden="true" className="drop-icon" />
        <p>{t("files.drop")}</p>
        <Button onClick={() => input.current?.click()}>{t("files.choose")}</Button>
        <p className="soft">{t("files.takes")}</p>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept={TAKES}
          aria-label={t("files.choose")}
          onChange={({ target }) => {
            add([...(target.files ?? [])]);
            target.value = "";
          }}
        />
      </div>
      <ul className="sendings" aria-live="polite">
        {sendings.map((one) => (
          <One key={one.key} sending={one} onCancel={() => cancel(one.key)} />
        ))}
      </ul>
    </>
  );
}

function One({ sending, onCancel }: { sending: Sending; onCancel: () => void }): ReactNode {
  const { t } = useTranslation("sources");
  const { name, size, sent, state, error } = sending;
  const percent = size > 0 ? Math.floor((sent / size) * 100) : 0;
  const status = state === "failed" ? "exception" : state === "done" ? "success" : "active";
  return (
    <li>
      <div className="sending-head">
        <Text>{name}</Text>
        <span className="soft">
          {size < MEGA ? <Num value={size / 1024} {...KILOBYTES} /> : <Num value={size / MEGA} {...MEGABYTES} />}
        </span>
        <Button
          type="text"
          icon={<CloseOutlined />}
          aria-label={state === "done" ? t("files.remove", { name }) : t("files.cancel", { name })}
          title={state === "done" ? t("files.remove", { name }) : t("files.cancel", { name })}
          onClick={onCancel}
        />
      </div>
      <Progress percent={percent} status={status} size="small" aria-label={t("files.progress", { name })} />
      <ErrorLine error={error} />
    </li>
  );
}

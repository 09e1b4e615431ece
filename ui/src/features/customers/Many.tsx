/** Something for many customers at once: those picked, or all that the list shows. */
import { DownloadOutlined, TagsOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Form, Modal, Progress, Radio, Select } from "antd";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type Choice,
  exportCustomers,
  type ExportFormat,
  tagCustomers,
  type TagsDone,
  useTags,
  type Wanted,
} from "@/api/customers";
import { formatNumber } from "@/app/language";
import { useSession } from "@/app/session";
import { ErrorLine } from "@/components/ErrorState";

interface Props {
  selected: ReadonlySet<string> | "all";
  onSelect: (selected: ReadonlySet<string> | "all") => void;
  wanted: Wanted;
  count: number | undefined;
  fields: readonly string[];
}

interface DialogProps {
  choice: Choice;
  number: number | undefined;
  onClose: () => void;
}

function choiceOf(selected: Props["selected"], wanted: Wanted): Choice {
  const narrowed: Choice = { ...(wanted.filter && { filter: wanted.filter }), ...(wanted.q && { q: wanted.q }) };
  if (selected === "all" || selected.size === 0) return narrowed.filter || narrowed.q ? narrowed : { filter: "true" };
  return { ids: [...selected] };
}

function TagDialog({ choice, number, onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("customers");
  const queries = useQueryClient();
  const tags = useTags(true);
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const [isWorking, setIsWorking] = useState(false);
  const [done, setDone] = useState<TagsDone | null>(null);
  const [error, setError] = useState<unknown>(null);
  const options = (tags.data ?? []).map(({ tag_id, name }) => ({ value: tag_id, label: name }));
  const run = async (): Promise<void> => {
    setIsWorking(true);
    setError(null);
    try {
      setDone(await tagCustomers(choice, add, remove, false));
      void queries.invalidateQueries({ queryKey: ["customers"] });
    } catch (failure) {
      setError(failure);
    } finally {
      setIsWorking(false);
    }
  };
  const field = (label: string, id: string, value: string[], set: (value: string[]) => void): ReactNode => (
    <Form.Item label={label} htmlFor={id}>
      <Select
        id={id}
        mode="multiple"
        value={value}
        onChange={set}
        options={options}
        loading={tags.isPending}
        showSearch={{ optionFilterProp: "label" }}
        className="cl-wide"
      />
    </Form.Item>
  );
  return (
    <Modal
      open
      title={t("tags.title", { count: number ?? 0, number: formatNumber(number ?? 0) })}
      onCancel={onClose}
      okText={t(done ? "close" : "tags.do")}
      onOk={done ? onClose : () => void run()}
      okButtonProps={{ disabled: add.length + remove.length === 0 }}
      cancelButtonProps={done ? { style: { display: "none" } } : {}}
      cancelText={t("cancel")}
      confirmLoading={isWorking}
    >
      {done ? (
        <p role="status">{t("tags.done", { count: done.changed, number: formatNumber(done.changed) })}</p>
      ) : (
        <Form layout="vertical">
          {field(t("tags.add"), "tags-add", add, setAdd)}
          {field(t("tags.remove"), "tags-remove", remove, setRemove)}
        </Form>
      )}
      <ErrorLine error={error ?? tags.error} />
    </Modal>
  );
}

const FORMATS: readonly ExportFormat[] = ["csv", "ndjson", "parquet"];

function ExportDialog({ choice, number, onClose, fields }: DialogProps & Pick<Props, "fields">): ReactNode {
  const { t } = useTranslation("customers");
  const [format, setFormat] = useState<ExportFormat>("csv");
  const [bytes, setBytes] = useState<number | null>(null);
  const [isDone, setIsDone] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const running = useRef<AbortController | null>(null);
  const run = async (): Promise<void> => {
    running.current = new AbortController();
    setBytes(0);
    setError(null);
    try {
      await exportCustomers(choice, fields, format, setBytes, running.current.signal);
      setIsDone(true);
    } catch (failure) {
      if (!running.current.signal.aborted) setError(failure);
      setBytes(null);
    }
  };
  const isRunning = bytes !== null && !isDone;
  const size = formatNumber((bytes ?? 0) / 1_000_000, { maximumFractionDigits: 1 });
  return (
    <Modal
      open
      title={t("export.title", { count: number ?? 0, number: formatNumber(number ?? 0) })}
      onCancel={() => {
        running.current?.abort();
        onClose();
      }}
      okText={t(isDone ? "close" : "export.do")}
      cancelText={t("cancel")}
      cancelButtonProps={isDone ? { style: { display: "none" } } : {}}
      onOk={isDone ? onClose : () => void run()}
      okButtonProps={{ loading: isRunning }}
    >
      <p>{t("export.what")}</p>
      <Radio.Group
        aria-label={t("export.format")}
        value={format}
        disabled={isRunning || isDone}
        onChange={({ target }) => setFormat(target.value as ExportFormat)}
        options={FORMATS.map((value) => ({ value, label: t(`export.${value}`) }))}
        className="cl-formats"
      />
      {bytes !== null && (
        <div role="status">
          <Progress percent={100} status={isDone ? "success" : "active"} showInfo={false} aria-hidden="true" />
          {t(isDone ? "export.done" : "export.running", { size })}
        </div>
      )}
      <ErrorLine error={error} />
    </Modal>
  );
}

export function Many({ selected, onSelect, wanted, count, fields }: Props): ReactNode {
  const { t } = useTranslation("customers");
  const { may } = useSession();
  const [dialog, setDialog] = useState<"tags" | "export" | null>(null);
  const picked = selected === "all" ? count : selected.size;
  const isNone = selected !== "all" && selected.size === 0;
  const number = isNone ? count : picked;
  const choice = choiceOf(selected, wanted);
  return (
    <div className="cl-many" role="group" aria-label={t("many")}>
      <span role="status" className="cl-many-count">
        {!isNone && t("picked", { count: picked ?? 0, number: formatNumber(picked ?? 0) })}
      </span>
      {!isNone && selected !== "all" && count !== undefined && selected.size < count && (
        <Button type="link" onClick={() => onSelect("all")}>
          {t("pick_all", { count, number: formatNumber(count) })}
        </Button>
      )}
      {!isNone && (
        <Button type="link" onClick={() => onSelect(new Set())}>
          {t("pick_none")}
        </Button>
      )}
      {may("assign", "tag") && !isNone && (
        <Button icon={<TagsOutlined />} onClick={() => setDialog("tags")}>
          {t("tags.open")}
        </Button>
      )}
      {may("export", "customer") && (
        <Button icon={<DownloadOutlined />} disabled={!number} onClick={() => setDialog("export")}>
          {t(isNone ? "export.all" : "export.open")}
        </Button>
      )}
      {dialog === "tags" && <TagDialog choice={choice} number={number} onClose={() => setDialog(null)} />}
      {dialog === "export" && (
        <ExportDialog choice={choice} number={number} fields={fields} onClose={() => setDialog(null)} />
      )}
    </div>
  );
}

/** Files of a customer: dropped or chosen, with progress; pictures are shown, everything else is downloaded. */
import { UploadOutlined } from "@ant-design/icons";
import { Button, Progress } from "antd";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { careKeys, useCareAction, useFiles } from "@/api/care";
import { newIdempotencyKey } from "@/api/client";
import { useSession } from "@/app/session";
import { EmptyState } from "@/components/EmptyState";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Forbidden } from "@/components/Forbidden";
import { Loading } from "@/components/Loading";
import { Text } from "@/components/Text";
import { FileItem } from "./FileItem";
import { uploadFile } from "./upload";
import "./care.css";

interface Sending {
  key: string;
  file: File;
  share: number;
  error: unknown;
  abort: AbortController;
}

export function CustomerFiles({ customerId }: { customerId: string }): ReactNode {
  const { may } = useSession();
  if (!may("read", "file")) return <Forbidden />;
  return (
    <div className="care">
      {may("create", "file") && <DropZone customerId={customerId} />}
      <FileList customerId={customerId} />
    </div>
  );
}

function useSending(customerId: string) {
  const { me } = useSession();
  const [sending, setSending] = useState<Sending[]>([]);
  const refresh = useCareAction(async () => undefined, careKeys.files(customerId));

  const change = (key: string, part: Partial<Sending>): void =>
    setSending((before) => before.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const drop = (key: string): void => setSending((before) => before.filter((one) => one.key !== key));

  const send = async ({ key, file, abort }: Sending): Promise<void> => {
    try {
      await uploadFile(customerId, file, {
        csrfToken: me?.csrf_token ?? null,
        idempotencyKey: key,
        signal: abort.signal,
        onProgress: (share) => change(key, { share }),
      });
      await refresh.mutateAsync(undefined);
      drop(key);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") drop(key);
      else change(key, { error });
    }
  };

  const add = (files: Iterable<File>): void => {
    const added = [...files].map((file) => ({
      key: newIdempotencyKey(),
      file,
      share: 0,
      error: null,
      abort: new AbortController(),
    }));
    setSending((before) => [...before, ...added]);
    // One after another: the second of two large files would only slow the first one down.
    void added.reduce(
      (before, one) => before.then(() => (one.abort.signal.aborted ? undefined : send(one))),
      Promise.resolve(),
    );
  };
  const retry = (one: Sending): void => {
    const again = { ...one, share: 0, error: null, abort: new AbortController() };
    change(one.key, again);
    void send(again);
  };
  const cancel = (one: Sending): void => {
    one.abort.abort();
    drop(one.key);
  };
  return { sending, add, retry, cancel };
}

function DropZone({ customerId }: { customerId: string }): ReactNode {
  const { t } = useTranslation("care");
  const { sending, add, retry, cancel } = useSending(customerId);
  const [isOver, setIsOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <div
        className="drop-zone"
        data-over={isOver}
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setIsOver(false);
          add(event.dataTransfer.files);
        }}
      >
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={t("file.choose")}
          onChange={(event) => {
            if (event.target.files) add(event.target.files);
            event.target.value = "";
          }}
        />
        <Button icon={<UploadOutlined />} onClick={() => input.current?.click()}>
          {t("file.choose")}
        </Button>
        <span className="soft">{t("file.drop")}</span>
      </div>
      {sending.length > 0 && (
        <ul className="care-list" aria-label={t("file.sending")}>
          {sending.map((one) => (
            <li key={one.key} className="sending">
              <div className="care-head">
                <Text>{one.file.name}</Text>
                <span className="dialog-buttons">
                  {Boolean(one.error) && (
                    <Button size="small" onClick={() => retry(one)}>
                      {t("file.retry")}
                    </Button>
                  )}
                  <Button
                    size="small"
                    onClick={() => cancel(one)}
                    aria-label={t("file.cancel", { name: one.file.name })}
                  >
                    {t(one.error ? "close" : "cancel")}
                  </Button>
                </span>
              </div>
              {one.error ? (
                <ErrorLine error={one.error} />
              ) : (
                <Progress percent={Math.floor(one.share * 100)} size="small" aria-label={one.file.name} />
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function FileList({ customerId }: { customerId: string }): ReactNode {
  const { t } = useTranslation("care");
  const files = useFiles(customerId);
  if (files.isLoading) return <Loading lines={3} />;
  if (files.error && files.rows.length === 0) return <ErrorState error={files.error} onRetry={files.onRetry} />;
  if (files.rows.length === 0) return <EmptyState title={t("file.none")}>{t("file.none_why")}</EmptyState>;
  return (
    <>
      <ul className="file-grid" aria-label={t("files")}>
        {files.rows.map((file) => (
          <FileItem key={file.file_id} file={file} customerId={customerId} />
        ))}
      </ul>
      {files.hasMore && (
        <div className="more">
          <Button loading={files.isLoadingMore} onClick={files.onMore}>
            {t("more")}
          </Button>
        </div>
      )}
    </>
  );
}

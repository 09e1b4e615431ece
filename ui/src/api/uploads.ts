/** Sends files in pieces: shows how far it is, can be cancelled, goes on where it was after a break. */
import { useCallback, useEffect, useRef, useState } from "react";
import { api, isApiError } from "./client";
import { connected } from "./connection";
import type { Upload } from "./sources";

export interface Sending {
  key: string;
  name: string;
  size: number;
  sent: number;
  uploadId: string | null;
  state: "sending" | "waiting" | "done" | "failed";
  error: unknown;
}

const PAUSE_MS = 1_500;
const MOST_TRIES = 8;

async function sendPieces(file: File, upload: Upload, signal: AbortSignal, told: (sent: number) => void) {
  let at = upload.received_bytes;
  let tries = 0;
  while (at < upload.size_bytes) {
    await connected();
    try {
      const piece = file.slice(at, at + upload.piece_bytes, "application/octet-stream");
      const answer = await api.put<Upload>(`/uploads/${upload.upload_id}/content`, piece, {
        headers: { "Upload-Offset": String(at) },
        signal,
      });
      at = answer.received_bytes;
      tries = 0;
      told(at);
    } catch (error) {
      if (signal.aborted) throw error;
      if (isApiError(error, 409) && typeof error.fields["received_bytes"] === "number") {
        at = error.fields["received_bytes"];
        tries += 1;
      } else if (isApiError(error) && error.isTransient) {
        tries += 1;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      } else throw error;
      if (tries > MOST_TRIES) throw error;
    }
  }
}

/** Files on their way. What is cancelled is forgotten by the server too. */
export function useUploads(): {
  sendings: readonly Sending[];
  add: (files: readonly File[]) => void;
  cancel: (key: string) => void;
} {
  const [sendings, setSendings] = useState<readonly Sending[]>([]);
  const controllers = useRef(new Map<string, AbortController>());

  const change = useCallback((key: string, part: Partial<Sending>) => {
    setSendings((all) => all.map((one) => (one.key === key ? { ...one, ...part } : one)));
  }, []);

  const begin = useCallback(
    async (key: string, file: File, signal: AbortSignal) => {
      try {
        const upload = await api.post<Upload>("/uploads", { name: file.name, size_bytes: file.size }, { signal });
        change(key, { uploadId: upload.upload_id });
        await sendPieces(file, upload, signal, (sent) => change(key, { sent }));
        change(key, { state: "done", sent: file.size });
      } catch (error) {
        if (!signal.aborted) change(key, { state: "failed", error });
      }
    },
    [change],
  );

  const add = useCallback(
    (files: readonly File[]) => {
      for (const file of files) {
        const key = `${file.name} ${file.size} ${crypto.getRandomValues(new Uint32Array(1))[0]}`;
        const controller = new AbortController();
        controllers.current.set(key, controller);
        const one: Sending = {
          key,
          name: file.name,
          size: file.size,
          sent: 0,
          uploadId: null,
          state: "sending",
          error: null,
        };
        setSendings((all) => [...all, one]);
        void begin(key, file, controller.signal);
      }
    },
    [begin],
  );

  const cancel = useCallback(
    (key: string) => {
      controllers.current.get(key)?.abort();
      const gone = sendings.find((one) => one.key === key);
      if (gone?.uploadId) void api.delete(`/uploads/${gone.uploadId}`).catch(() => undefined);
      setSendings((all) => all.filter((one) => one.key !== key));
    },
    [sendings],
  );

  useEffect(() => {
    const open = controllers.current;
    return () => {
      for (const controller of open.values()) controller.abort();
    };
  }, []);

  return { sendings, add, cancel };
}

/** Sends one file and says how far it is: `fetch` does not tell. */
import { ApiError, errorOf } from "@/api/errors";

interface Options {
  csrfToken: string | null;
  idempotencyKey: string;
  signal: AbortSignal;
  onProgress: (share: number) => void;
}

export function uploadFile(customerId: string, file: File, options: Options): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", `/api/v1/customers/${encodeURIComponent(customerId)}/files`);
    if (options.csrfToken) request.setRequestHeader("X-CSRF-Token", options.csrfToken);
    request.setRequestHeader("Idempotency-Key", options.idempotencyKey);
    request.upload.addEventListener("progress", ({ loaded, total }) => options.onProgress(total ? loaded / total : 0));
    request.addEventListener("load", () => {
      if (request.status < 300) {
        resolve();
        return;
      }
      const answer = new Response(request.responseText || "{}", { status: Math.max(request.status, 400) });
      const unknown = new ApiError(request.status, "unexpected_answer", request.statusText || String(request.status));
      void errorOf(answer).then((error) => reject(error ?? unknown));
    });
    request.addEventListener("error", () => reject(ApiError.noAnswer()));
    request.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
    options.signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

/** The one error of the API, as the page sees it; `status` 0 stands for "no answer at all". */

export interface Problem {
  path: string;
  message: string;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  readonly isTransient: boolean;
  readonly problems: readonly Problem[];
  /** Whatever else the error carries, for example `retry_after_seconds`. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    rest: { hint?: string | null; isTransient?: boolean; problems?: Problem[]; fields?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.hint = rest.hint ?? null;
    this.isTransient = rest.isTransient ?? false;
    this.problems = rest.problems ?? [];
    this.fields = rest.fields ?? {};
  }

  /** Nobody answered: the server restarts, or the network is gone. */
  static noAnswer(): ApiError {
    return new ApiError(0, "no_answer", "The server does not answer.", { isTransient: true });
  }

  /** What a job or a build met while nobody waited for an answer. */
  static said({ code, message, hint }: { code?: string; message: string; hint?: string | null }): ApiError {
    return new ApiError(500, code ?? "error", message, { hint: hint ?? null });
  }

  /** What went wrong with each field of a form, by the last part of its path. */
  get byField(): Record<string, string> {
    return Object.fromEntries(this.problems.map(({ path, message }) => [path.split(".").at(-1) ?? path, message]));
  }
}

interface ErrorBody {
  error?: {
    code?: string;
    message?: string;
    hint?: string | null;
    is_transient?: boolean;
    problems?: Problem[];
    [field: string]: unknown;
  };
}

/** The error of an answer, whatever its body looks like; null where the body is not the API's. */
export async function errorOf(response: Response): Promise<ApiError | null> {
  const body = (await response.json().catch(() => null)) as ErrorBody | null;
  if (!body?.error?.code) return null;
  const { code, message, hint, is_transient, problems, ...fields } = body.error;
  return new ApiError(response.status, code, message ?? code, { hint, isTransient: is_transient, problems, fields });
}

export function isApiError(error: unknown, ...statuses: number[]): error is ApiError {
  return error instanceof ApiError && (statuses.length === 0 || statuses.includes(error.status));
}

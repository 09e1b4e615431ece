/** What went wrong, in the reader's language: by the error's code; the server's English only where a code is unforeseen. */
import type { TFunction } from "i18next";
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type ApiError, isApiError } from "@/api/client";
import { formatNumber } from "@/app/language";

export interface ProblemWords {
  /** What happened. */
  what: string;
  /** What to do next. */
  next: string | null;
  /** What the server says of this one case, in English; null where `what` says it all. */
  detail: string | null;
}

function gapsOf({ fields }: ApiError): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "number" ? formatNumber(value) : String(value),
    ]),
  );
}

function withHint({ message, hint }: ApiError): string {
  return hint ? `${message} ${hint}` : message;
}

/** The words for an error; readers of English get what the server says itself, which names the case. */
export function problemWords(t: TFunction, language: string, error: unknown): ProblemWords {
  if (!isApiError(error)) return { what: t("error.title", { ns: "components" }), next: null, detail: null };
  const say = (key: string): string => t(key, { ...gapsOf(error), ns: "components", defaultValue: "" });
  const reason = typeof error.fields.reason === "string" ? say(`problem.${error.code}.${error.fields.reason}`) : "";
  const what = reason || say(`problem.${error.code}`);
  const next = reason ? null : say(`problem.${error.code}.next`) || null;
  if (!what) return { what: error.message, next: error.hint, detail: null };
  if (language === "en" && !reason && error.status !== 0)
    return { what: error.message, next: error.hint, detail: null };
  return { what, next, detail: reason || error.status === 0 ? null : withHint(error) };
}

export function useProblemWords(): (error: unknown) => ProblemWords {
  const { t, i18n } = useTranslation("components");
  return (error) => problemWords(t, i18n.language, error);
}

/** What the server said of this very case, in English, for whoever wants to pass it on. */
export function ProblemDetail({ detail }: { detail: string | null }): ReactNode {
  const { t } = useTranslation("components");
  if (!detail) return null;
  return (
    <details className="problem-detail">
      <summary>{t("problem.detail")}</summary>
      <bdi dir="ltr" lang="en">
        {detail}
      </bdi>
    </details>
  );
}

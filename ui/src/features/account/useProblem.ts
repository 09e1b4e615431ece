import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/client";
import { useProblemWords } from "@/components/problem";

const REASONS = new Set(["too_short", "too_long", "known", "common", "repeated", "wrong_password", "wrong_code"]);
const CODES = new Set(["wrong_credentials", "not_found", "not_allowed", "not_signed_in", "conflict", "source_failed"]);

/** What went wrong, in the language of the page. */
export function useProblem(): (error: unknown) => string | null {
  const { t } = useTranslation("account");
  const wordsOf = useProblemWords();
  return (error) => {
    if (!error) return null;
    if (!isApiError(error)) return t("problem.other");
    const reason = String(error.fields.reason ?? "");
    if (REASONS.has(reason)) return t(`problem.${reason}`);
    if (error.code === "too_many_requests") {
      return t("problem.wait", { count: Number(error.fields.retry_after_seconds ?? 60) });
    }
    if (error.status === 0) return t("problem.no_answer");
    if (CODES.has(error.code)) return t(`problem.${error.code}`);
    return wordsOf(error).what;
  };
}

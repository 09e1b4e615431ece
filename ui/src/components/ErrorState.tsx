import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/client";
import { Forbidden } from "./Forbidden";
import { ProblemDetail, useProblemWords } from "./problem";

interface Props {
  error?: unknown;
  onRetry?: () => void;
}

const TITLED = new Set([0, 404, 409, 429]);

/** Something could not be loaded or done: what, why, and what to do next. */
export function ErrorState({ error, onRetry }: Props): ReactNode {
  const { t } = useTranslation("components");
  const words = useProblemWords()(error);
  if (isApiError(error, 403)) return <Forbidden error={error} />;
  const title = isApiError(error) && TITLED.has(error.status) ? t(`error.${error.status}`) : t("error.title");
  return (
    <div className="state" role="alert">
      <p className="state-title">{title}</p>
      {isApiError(error) && error.status !== 0 && (
        <div className="state-text">
          <p>
            <bdi dir="auto">{words.what}</bdi>
          </p>
          {words.next && (
            <p>
              <bdi dir="auto">{words.next}</bdi>
            </p>
          )}
          <ProblemDetail detail={words.detail} />
          <p className="soft">
            {t("error.code")} <code>{error.code}</code>
          </p>
        </div>
      )}
      {isApiError(error, 0) && <p className="state-text">{t("error.waits")}</p>}
      <div className="state-action">
        <Button onClick={onRetry ?? (() => window.location.reload())}>{t("retry")}</Button>
      </div>
    </div>
  );
}

/** The same on one line, inside of a form or a card. */
export function ErrorLine({ error }: { error: unknown }): ReactNode {
  const words = useProblemWords()(error);
  if (!error) return null;
  return (
    <div className="error-line" role="alert">
      <bdi dir="auto">{words.what}</bdi> {words.next && <bdi dir="auto">{words.next}</bdi>}
      <ProblemDetail detail={words.detail} />
    </div>
  );
}

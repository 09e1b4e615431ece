/** A labelled control of a form, with what to know and what is wrong beside it, for eyes and for screen readers. */
import { type ReactNode, useId } from "react";

export interface Control {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
}

interface Props {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  children: (control: Control) => ReactNode;
}

export function Field({ label, hint, error, children }: Props): ReactNode {
  const id = useId();
  const hintId = `${id}-hint`;
  const isDescribed = Boolean(hint || error);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(isDescribed && { "aria-describedby": hintId }),
        ...(error ? { "aria-invalid": true } : undefined),
      })}
      {isDescribed && (
        <div id={hintId} className={error ? "field-error" : "field-hint"} role={error ? "alert" : undefined}>
          {error || hint}
        </div>
      )}
    </div>
  );
}

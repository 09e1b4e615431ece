import { Input } from "antd";
import { lazy, type ReactNode, Suspense } from "react";

export interface DateFieldProps {
  /** A plain day: "2026-11-21". */
  value: string | null;
  onChange: (value: string | null) => void;
  label: string;
  min?: string;
  max?: string;
  id?: string;
  isDisabled?: boolean;
}

const Calendar = lazy(() => import("./date-picker"));

/** A day, chosen in the calendar that the person prefers; the value is always the ordinary ISO day. */
export function DateField(props: DateFieldProps): ReactNode {
  return (
    <Suspense fallback={<Input aria-label={props.label} disabled value={props.value ?? ""} />}>
      <Calendar {...props} />
    </Suspense>
  );
}

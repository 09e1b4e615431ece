import { type FormEvent, useState } from "react";

interface Form {
  onSubmit: (event: FormEvent) => void;
  isBusy: boolean;
  error: unknown;
  setError: (error: unknown) => void;
}

/** Sends a form once at a time and keeps what went wrong. */
export function useForm(send: () => Promise<unknown>): Form {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const act = async (): Promise<void> => {
    setIsBusy(true);
    setError(null);
    try {
      await send();
    } catch (problem) {
      setError(problem);
    } finally {
      setIsBusy(false);
    }
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isBusy) void act();
  };
  return { onSubmit, isBusy, error, setError };
}

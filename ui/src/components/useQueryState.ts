import { useSearchParams } from "react-router";

/** The query of the address, and how to change one name of it in place; an empty value takes the name out. */
export function useQueryState(): [URLSearchParams, (name: string, value: string | null) => void] {
  const [query, setQuery] = useSearchParams();
  const set = (name: string, value: string | null): void =>
    setQuery(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return [query, set];
}

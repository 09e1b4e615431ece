import { useLocation, useNavigate } from "react-router";
import type { Arrival } from "@/api/account";
import { useSession } from "@/app/session";

/** A page of ours, or the first one: nobody is led elsewhere. */
export function safePath(path: string | null): string {
  return path && /^\/(?![/\\])/.test(path) && !path.includes("\\") ? path : "/";
}

/** Goes on after each step of signing in: to the second factor, or to the page that was wanted. */
export function useArrival(): (arrival: Arrival) => Promise<void> {
  const { refresh } = useSession();
  const navigate = useNavigate();
  const { search } = useLocation();
  return async ({ next }) => {
    if (next === "second_factor") {
      await navigate(`/sign-in/second-factor${search}`);
      return;
    }
    const wanted = safePath(new URLSearchParams(search).get("next"));
    await refresh();
    await navigate(wanted, { replace: true });
  };
}

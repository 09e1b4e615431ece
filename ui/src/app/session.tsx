/** Who is signed in and what they may do. Hiding is a courtesy: the server decides. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo } from "react";
import { api, isApiError, setCsrfToken } from "@/api/client";
import { beginStreamAfter, forgetStream } from "@/api/stream";
import { changeLanguage } from "./language";
import { getPreferences, setPreferences, type Preferences } from "./preferences";

export interface ViewAs {
  /** In words: the person's name, or the role's. */
  name: string;
  kind: "user" | "role";
  id: string;
}

export interface Me {
  actor_id: string;
  kind: "user" | "key" | "cli" | "system";
  name: string;
  email?: string | null;
  roles: { name: string; title?: string }[];
  permissions: [verb: string, kind: string][];
  csrf_token: string | null;
  stream_position: number;
  locale?: Partial<Pick<Preferences, "language" | "calendar" | "digits">> & { time_zone?: string | null };
  appearance?: { theme?: Preferences["theme"] };
  view_as?: ViewAs | null;
}

export interface Session {
  me: Me | null;
  /** True until it is known whether somebody is signed in. */
  isLoading: boolean;
  error: unknown;
  may: (verb: string, kind: string) => boolean;
  refresh: () => Promise<void>;
  /** Forgets everything of the person who was signed in. */
  leave: () => Promise<void>;
}

const SessionContext = createContext<Session | null>(null);

export const ME_KEY = ["me"] as const;

/** What the account remembers wins over what this browser remembers. */
async function adoptPreferences(me: Me): Promise<void> {
  const { language, calendar, digits, time_zone } = me.locale ?? {};
  if (language && language !== getPreferences().language) await changeLanguage(language);
  setPreferences({
    ...(language && { language }),
    ...(calendar && { calendar }),
    ...(digits && { digits }),
    ...(time_zone !== undefined && { timeZone: time_zone }),
    ...(me.appearance?.theme && { theme: me.appearance.theme }),
  });
}

async function loadMe(): Promise<Me | null> {
  try {
    const me = await api.get<Me>("/me");
    setCsrfToken(me.csrf_token);
    beginStreamAfter(me.stream_position);
    await adoptPreferences(me);
    return me;
  } catch (error) {
    if (isApiError(error, 401)) return null;
    throw error;
  }
}

export function SessionProvider({ children }: { children: ReactNode }): ReactNode {
  const queries = useQueryClient();
  const { data, isPending, error } = useQuery({ queryKey: ME_KEY, queryFn: loadMe, staleTime: 60_000 });
  const me = data ?? null;

  const refresh = useCallback(async () => {
    await queries.invalidateQueries({ queryKey: ME_KEY });
  }, [queries]);

  const leave = useCallback(async () => {
    forgetStream();
    setCsrfToken(null);
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME_KEY[0] });
    queries.setQueryData(ME_KEY, null);
  }, [queries]);

  useEffect(() => setCsrfToken(me?.csrf_token ?? null), [me]);

  const session = useMemo<Session>(() => {
    const granted = new Set(me?.permissions.map(([verb, kind]) => `${verb} ${kind}`));
    return { me, isLoading: isPending, error, may: (verb, kind) => granted.has(`${verb} ${kind}`), refresh, leave };
  }, [me, isPending, error, refresh, leave]);

  return <SessionContext value={session}>{children}</SessionContext>;
}

/** For tests and previews of one component. */
export function GivenSession({ me, children }: { me: Me; children: ReactNode }): ReactNode {
  const session: Session = {
    me,
    isLoading: false,
    error: null,
    may: (verb, kind) => me.permissions.some(([v, k]) => v === verb && k === kind),
    refresh: async () => {},
    leave: async () => {},
  };
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession outside of SessionProvider");
  return session;
}

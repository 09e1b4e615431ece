import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useNavigate } from "react-router";
import { stopViewingAs, viewAs } from "@/api/roles";
import { useProblemWords } from "@/components/problem";

type Whom = { role_id: string } | { user_id: string };

/** Begins to see everything as a role or person does; `null` ends it. What was loaded with other eyes is forgotten. */
export function useViewAs(): (whom: Whom | null) => Promise<void> {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const wordsOf = useProblemWords();
  return async (whom) => {
    try {
      await (whom ? viewAs(whom) : stopViewingAs());
      await queries.resetQueries();
      await navigate("/");
    } catch (failure) {
      void message.error(wordsOf(failure).what);
    }
  };
}

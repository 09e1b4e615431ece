/** Where the page begins. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as Feedback } from "antd";
import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { isApiError, whenSignedOut } from "@/api/client";
import { watchNetwork } from "@/api/connection";
import { startLanguage } from "@/app/language";
import { makeRouter } from "@/app/router";
import { beginLoading } from "@/app/routes";
import { ME_KEY, SessionProvider } from "@/app/session";
import { Theme } from "@/app/theme";
import { Loading } from "@/components/Loading";
import "@/app/base.css";
import "@/app/shell.css";
import "@/components/components.css";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // What the server refused it will refuse again; what it did not answer waits for it to be back.
      retry: (count, error) => isApiError(error) && error.isTransient && count < 3,
      refetchOnWindowFocus: true,
    },
    mutations: { networkMode: "always" },
  },
});

watchNetwork();
whenSignedOut(() => queries.setQueryData(ME_KEY, null));

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");
const feature = beginLoading(window.location.pathname);
await startLanguage(undefined, feature ? [feature] : []);
const router = makeRouter();
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Theme>
        <Feedback component={false}>
          <SessionProvider>
            <Suspense fallback={<Loading />}>
              <RouterProvider router={router} />
            </Suspense>
          </SessionProvider>
        </Feedback>
      </Theme>
    </QueryClientProvider>
  </StrictMode>,
);

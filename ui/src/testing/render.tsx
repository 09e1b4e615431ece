/** Renders a page in everything that it expects around it. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, type RenderResult } from "@testing-library/react";
import { App as Feedback } from "antd";
import { type ReactElement, type ReactNode, Suspense } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { GivenSession, type Me } from "@/app/session";
import { Theme } from "@/app/theme";

/** Somebody who may do everything, unless the test says otherwise. */
export function somebody(permissions: Me["permissions"] = allPermissions()): Me {
  return {
    actor_id: "usr_nora",
    kind: "user",
    name: "Nora Beck",
    email: "nora@acme.example",
    roles: [],
    permissions,
    csrf_token: "t",
    stream_position: 0,
  };
}

function allPermissions(): Me["permissions"] {
  const verbs = ["read", "create", "update", "delete", "export", "administer", "run", "assign"];
  const kinds =
    "customer note task tag file source build report view user role key audit webhook settings job identity";
  return kinds.split(" ").flatMap((kind) => verbs.map((verb): [string, string] => [verb, kind]));
}

interface Surroundings {
  me?: Me;
  /** The address shown. */
  at?: string;
  /** The pattern of the page's address, if it reads parameters. */
  path?: string;
}

export interface Rendered extends RenderResult {
  /** Where the page has gone. */
  location: () => string;
}

export function renderPage(page: ReactElement, { me = somebody(), at = "/", path = "*" }: Surroundings = {}): Rendered {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createMemoryRouter(
    [
      { path, element: <Suspense fallback={null}>{page}</Suspense> },
      { path: "*", element: null },
    ],
    {
      initialEntries: [at],
    },
  );
  const Around = ({ children }: { children: ReactNode }): ReactNode => (
    <QueryClientProvider client={queries}>
      <Theme>
        <Feedback component={false}>
          <GivenSession me={me}>{children}</GivenSession>
        </Feedback>
      </Theme>
    </QueryClientProvider>
  );
  const rendered = render(<RouterProvider router={router} />, { wrapper: Around });
  const location = (): string => router.state.location.pathname + router.state.location.search;
  return { ...rendered, location };
}

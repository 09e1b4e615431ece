/** Addresses to pages. */
import { Suspense } from "react";
import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { NotFound } from "./NotFound";
import { pages } from "./routes";
import { Home, Shell } from "./Shell";
import { Settings } from "./Settings";
import { OpenPage } from "./OpenPage";
import { Guarded } from "./Guarded";

function routesOf(isOpen: boolean): RouteObject[] {
  return pages
    .filter((page) => Boolean(page.isOpen) === isOpen)
    .flatMap(({ paths, Component, needs }) =>
      paths.map((path) => ({
        path,
        element: (
          <Suspense fallback={<Loading />}>
            <Guarded needs={needs}>
              <Component />
            </Guarded>
          </Suspense>
        ),
      })),
    );
}

export function makeRoutes(): RouteObject[] {
  return [
    { element: <OpenPage />, errorElement: <ErrorState />, children: routesOf(true) },
    {
      element: <Shell />,
      errorElement: <ErrorState />,
      children: [
        { path: "/", element: <Home /> },
        ...routesOf(false),
        { path: "/settings/:section?/*", element: <Settings /> },
        { path: "/forbidden", element: <Guarded needs={["", ""]} /> },
        { path: "/index.html", element: <Navigate to="/" replace /> },
        { path: "*", element: <NotFound /> },
      ],
    },
  ];
}

export function makeRouter(): ReturnType<typeof createBrowserRouter> {
  return createBrowserRouter(makeRoutes());
}

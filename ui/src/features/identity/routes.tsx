/** Who is who, across customers: what people are asked to review, how good the match is. */
import type { ReactNode } from "react";
import { Navigate, Route, Routes } from "react-router";
import { NotFound } from "@/app/NotFound";
import { Tabbed, TABS } from "./Tabbed";
import "./identity.css";

export default function IdentityRoutes(): ReactNode {
  return (
    <Routes>
      <Route index element={<Navigate to={TABS[0].path} replace />} />
      {TABS.map(({ path, Part }) => (
        <Route
          key={path}
          path={path}
          element={
            <Tabbed name={path}>
              <Part />
            </Tabbed>
          }
        />
      ))}
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}

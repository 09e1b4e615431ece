/** Sources: what is connected and how it fares; connecting, meanings, builds, quarantine. */
import "./sources.css";
import { type ReactNode, Suspense } from "react";
import { Route, Routes } from "react-router";
import { Loading } from "@/components/Loading";
import { Connect } from "./Connect";
import { History } from "./History";
import { QuarantinePage } from "./Quarantine";
import { SourceList } from "./SourceList";
import { SourcePage } from "./SourcePage";

export default function Sources(): ReactNode {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route index element={<SourceList />} />
        <Route path="-/connect" element={<Connect />} />
        <Route path="-/builds" element={<History />} />
        <Route path="-/quarantine" element={<QuarantinePage />} />
        <Route path=":name/:tab?" element={<SourcePage />} />
      </Routes>
    </Suspense>
  );
}

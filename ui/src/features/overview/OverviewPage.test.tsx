import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import type { Count, OverviewPage as PageOf } from "@/api/overview";
import { changeLanguage } from "@/app/language";
import { renderPage, somebody } from "@/testing/render";
import { refusal, serve } from "@/testing/server";
import { OverviewPage } from "./OverviewPage";

function count(
  part: number,
  whole: number,
  base_name: string,
  filter: string | null = null,
  system: string | null = null,
): Count {
  return { count: part, base: whole, base_name, system, filter };
}

const HELD = 'kind = "person" and source = "crm" and sign';
const EMPTY = '"empty:email@crm"';
const BOTH = 'kind = "person" and source = "crm" and source = "shop"';

function page(change: Partial<PageOf> = {}, isEverything = true): PageOf {
  const cells = [
    { system: "crm", other: "crm", customers: count(40, 40, "system", 'source = "crm"', "crm") },
    { system: "crm", other: "shop", customers: count(20, 40, "system", BOTH, "crm") },
    { system: "shop", other: "crm", customers: count(20, 30, "system", BOTH, "shop") },
    { system: "shop", other: "shop", customers: count(30, 30, "system", 'source = "shop"', "shop") },
  ];
  return {
    state: "ready",
    name: "Acme",
    currency: "EUR",
    build: { build_no: 7, made_at: "2026-11-01T10:00:00Z", ages_counted_to: "2026-11-01T10:00:00Z" },
    building: null,
    history: {},
    trend_from_build: null,
    last_reads: {},
    reviews: null,
    overview: {
      is_everything: isEverything,
      kind: "person",
      customers: 50,
      records: 72,
      events: 900,
      in_several_systems: count(20, 50, "all", "systems >= 2"),
      mean_systems: 1.4,
      systems: [],
      by_systems: [{ systems: 2, customers: count(20, 50, "all", "systems = 2") }],
      overlap: { systems: ["crm", "shop"], cells },
      completeness: {
        fields: ["email"],
        systems: ["crm"],
        cells: [
          {
            field: "email",
            system: "crm",
            has_column: true,
            held: count(30, 40, "system", `${HELD} not in (${EMPTY})`, "crm"),
            lacking: count(10, 40, "system", `${HELD} = ${EMPTY}`, "crm"),
          },
        ],
      },
      signs: [
        {
          name: "inconsistent",
          unit: "customers",
          share: count(12, 20, "repeated", 'sign = "inconsistent"'),
          direction: "up",
          previous: count(8, 20, "repeated"),
          findings: [
            {
              field: "email",
              system: null,
              count: count(9, 20, "known_twice", 'sign = "inconsistent:email"'),
              label: "E-mail",
              place: null,
            },
          ],
          examples: [{ customer_id: "cus_1", name: "王小明" }],
        },
      ],
      actions: [
        {
          kind: "inconsistent",
          sign: "inconsistent",
          touches: 9,
          title: "English",
          why: "English",
          where: "",
          facts: { field: "email", system: "crm", other_system: "shop", count: 9, base: 20 },
          filter: 'sign = "inconsistent:email"',
        },
      ],
      notes: [],
    },
    ...change,
  };
}

beforeEach(() => changeLanguage("en"));

it("every number leads to the customers behind it", async () => {
  serve({ "GET /overview": page() });
  renderPage(<OverviewPage />);
  const overlap = within((await screen.findAllByRole("table"))[0] as HTMLElement);
  const both = overlap.getByRole("link", { name: /50%.*crm.*are known to .*shop/ });
  expect(both.getAttribute("href")).toBe(`/customers?filter=${encodeURIComponent(BOTH)}`);
  const finding = screen.getByRole("link", { name: /^E-mail differs/ });
  expect(decodeURIComponent(finding.getAttribute("href") ?? "")).toContain('sign = "inconsistent:email"');
  expect(screen.getByRole("link", { name: "王小明" }).getAttribute("href")).toBe("/customers/cus_1");
  expect(screen.getByText(/more than before \(40%\)/)).toBeTruthy();
});

it("whoever may not see customers sees numbers and no links to them", async () => {
  serve({ "GET /overview": page() });
  renderPage(<OverviewPage />, { me: somebody([["read", "report"]]) });
  await screen.findByText("The five signs of silos");
  expect(screen.queryAllByRole("link")).toEqual([]);
});

it("a cell of completeness opens the customers that hold a field, and after a click those that lack it", async () => {
  serve({ "GET /overview": page() });
  renderPage(<OverviewPage />);
  const named = await screen.findAllByRole("region", { name: "Completeness" }); // the section, and what scrolls in it
  const matrix = within(named.at(-1) as HTMLElement);
  const shown = (): string => decodeURIComponent(matrix.getByRole("link").getAttribute("href") ?? "");
  expect(shown()).toBe(`/customers?filter=${HELD} not in (${EMPTY})`);
  await userEvent.click(screen.getByText("Lacking"));
  expect(shown()).toBe(`/customers?filter=${HELD} = ${EMPTY}`);
  expect(matrix.getByRole("link").textContent).toContain("25%");
});

it("says when the numbers count only some of the customers", async () => {
  serve({ "GET /overview": page({}, false) });
  renderPage(<OverviewPage />);
  expect(await screen.findByText(/count the customers that you may see/)).toBeTruthy();
});

it("says from when on trends count the customers of a scope, and why not before", async () => {
  serve({ "GET /overview": page({ trend_from_build: 4 }, false) });
  const { unmount } = renderPage(<OverviewPage />);
  expect(await screen.findByText(/from build 4 on/)).toBeTruthy();
  unmount();
  serve({ "GET /overview": page({ trend_from_build: null }, false) });
  renderPage(<OverviewPage />);
  expect(await screen.findByText(/what your scope held before was never counted/)).toBeTruthy();
});

it("leads to the doubtful cases that wait, and to those that wait for this very person", async () => {
  serve({ "GET /overview": page({ reviews: { open: 12, for_me: 1 } }) });
  const { unmount } = renderPage(<OverviewPage />);
  const open = await screen.findByRole("link", { name: "12 doubtful cases wait for review" });
  expect(open.getAttribute("href")).toBe("/identity/review");
  const mine = screen.getByRole("link", { name: "1 waits for you as the second person" });
  expect(mine.getAttribute("href")).toBe("/identity/review?state=waiting");
  unmount();
  serve({ "GET /overview": page({ reviews: { open: 0, for_me: 0 } }) });
  renderPage(<OverviewPage />);
  await screen.findByText("The five signs of silos");
  expect(screen.queryByText(/review|second person/)).toBeNull();
});

it("speaks the language of the person, advice included", async () => {
  await changeLanguage("ca");
  serve({ "GET /overview": page() });
  renderPage(<OverviewPage />);
  expect(await screen.findByText("Què cal fer primer")).toBeTruthy();
  expect(screen.getAllByText(/Decideix quin sistema té raó sobre: Correu electrònic/)).not.toEqual([]);
  expect(screen.queryByText(/English/)).toBeNull();
});

it("before the first source it leads to connecting one, and others are told to wait", async () => {
  const nothing = page({ state: "no_sources", overview: null, build: null });
  serve({ "GET /overview": nothing });
  const { unmount } = renderPage(<OverviewPage />);
  expect((await screen.findByRole("link", { name: "Connect a source" })).getAttribute("href")).toBe("/sources");
  unmount();
  renderPage(<OverviewPage />, { me: somebody([["read", "report"]]) });
  expect(await screen.findByText(/Somebody who may connect sources/)).toBeTruthy();
});

it("starts the first build, once, and then shows that it runs", async () => {
  let isBuilding = false;
  const building = { job_id: "job_1", state: "running", step: "resolve", fraction: 0.4, message: "", started_at: null };
  const asked = serve({
    "GET /overview": () =>
      page({ state: "not_built", overview: null, build: null, building: isBuilding ? building : null }),
    "POST /builds": () => {
      isBuilding = true;
      return {};
    },
  });
  renderPage(<OverviewPage />);
  await userEvent.click(await screen.findByRole("button", { name: "Build now" }));
  expect(await screen.findByText("Finding who is who")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Build now" })).toBeNull();
  expect(asked.filter(({ method }) => method === "POST")).toHaveLength(1);
  expect(asked.find(({ method }) => method === "POST")?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f]{32}$/);
});

it("an error says what happened and tries again on request", async () => {
  let isAway = true;
  serve({ "GET /overview": () => (isAway ? refusal(503, "engine_failed", "The database is away.") : page()) });
  renderPage(<OverviewPage />);
  expect(await screen.findByText("The database is away.")).toBeTruthy();
  isAway = false;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("The five signs of silos")).toBeTruthy();
});

it("who may not read reports is told so", async () => {
  serve({ "GET /overview": refusal(403, "not_allowed", "you may not read report", { hint: "Ask an administrator." }) });
  renderPage(<OverviewPage />);
  expect(await screen.findByText("You may not see this")).toBeTruthy();
});

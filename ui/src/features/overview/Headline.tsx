import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Overview } from "@/api/overview";
import { Num, ShareOf } from "@/components/Num";
import { Behind, shareOf } from "./Marks";
import { shareWords } from "./words";

function Tile({ label, children, note }: { label: string; children: ReactNode; note?: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {children}
        {note && <span className="ov-tile-note">{note}</span>}
      </dd>
    </div>
  );
}

/** The few numbers that say it all. */
export function Headline({ overview }: { overview: Overview }): ReactNode {
  const { t } = useTranslation("overview");
  const { in_several_systems: several, mean_systems: mean } = overview;
  return (
    <dl className="ov-tiles">
      <Tile label={t("tile.records")}>
        <Num value={overview.records} />
      </Tile>
      <Tile label={t(overview.kind === "person" ? "tile.people" : "tile.organisations")}>
        <Num value={overview.customers} />
      </Tile>
      <Tile label={t("tile.several")} note={shareWords(t, several)}>
        <Behind count={several} label={t("open", { what: t("tile.several") })}>
          <ShareOf value={shareOf(several)} />
        </Behind>
      </Tile>
      {mean !== null && (
        <Tile label={t("tile.mean")}>
          <Num value={mean} maximumFractionDigits={1} />
        </Tile>
      )}
      <Tile label={t("tile.systems")}>
        <Num value={overview.systems.filter(({ customers }) => customers > 0).length} />
      </Tile>
      <Tile label={t("tile.events")}>
        <Num value={overview.events} />
      </Tile>
    </dl>
  );
}

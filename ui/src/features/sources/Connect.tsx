/** Connect a system: drop its files or name its database, look at what was understood, give it a name. */
import { Alert, Button, Form, Input, InputNumber, Segmented } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useIdempotencyKey } from "@/api/edit";
import { connectSource, type Place, testPlace, useRefreshSources, useSources } from "@/api/sources";
import { ErrorLine } from "@/components/ErrorState";
import { Page, Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { BackLink } from "@/components/BackLink";
import { DatabaseForm, EMPTY_DATABASE, type DatabaseDraft, placeOf } from "./DatabaseForm";
import { Files } from "./Files";
import { Looks } from "./Looks";

type Kind = "files" | "database" | "location";
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** "Kunden 2026.xlsx" suggests "kunden". */
export function nameFrom(file: string): string {
  const word = /[a-z][a-z]+/.exec(file.toLowerCase().normalize("NFKD").replaceAll(/\p{M}/gu, ""));
  return word ? word[0].slice(0, 63) : "";
}

export function Connect(): ReactNode {
  const { t } = useTranslation("sources");
  const { data } = useSources();
  const [kind, setKind] = useState<Kind>("files");
  const [uploads, setUploads] = useState<string[]>([]);
  const [database, setDatabase] = useState<DatabaseDraft>(EMPTY_DATABASE);
  const [location, setLocation] = useState("");
  const [suggestion, setSuggestion] = useState("");
  const kinds: Kind[] = data?.may_use_private ? ["files", "database", "location"] : ["files", "database"];
  const place: Place | null =
    kind === "files"
      ? uploads.length > 0
        ? { kind, uploads }
        : null
      : kind === "location"
        ? location.trim()
          ? { kind, location: location.trim() }
          : null
        : placeOf(database);
  return (
    <Page title={t("connect")} heading={<BackLink to="/sources">{t("connect")}</BackLink>}>
      <Section title={t("connect.where")} id="where">
        <Segmented<Kind>
          className="kinds"
          aria-label={t("connect.where")}
          value={kind}
          options={kinds.map((value) => ({ value, label: t(`connect.${value}`) }))}
          onChange={setKind}
        />
        <div hidden={kind !== "files"}>
          <Files
            onReady={(ids, names) => {
              setUploads(ids);
              setSuggestion(names[0] ? nameFrom(names[0]) : "");
            }}
          />
        </div>
        {kind === "database" && <DatabaseForm value={database} onChange={setDatabase} />}
        {kind === "location" && (
          <Form layout="vertical" component={false}>
            <Form.Item label={t("connect.path")} htmlFor="source-path" extra={t("connect.path_what")}>
              <Input id="source-path" dir="ltr" value={location} onChange={({ target }) => setLocation(target.value)} />
            </Form.Item>
          </Form>
        )}
      </Section>
      {kind === "files" && uploads.length > 0 && (
        <Section title={t("look.title")} lead={t("look.lead")} id="look">
          <Looks key={uploads.join(" ")} uploads={uploads} />
        </Section>
      )}
      <Finish key={suggestion} place={place} suggestion={suggestion} currency={data?.items[0]?.currency} />
    </Page>
  );
}

function Finish({
  place,
  suggestion,
  currency,
}: {
  place: Place | null;
  suggestion: string;
  currency?: string;
}): ReactNode {
  const { t } = useTranslation("sources");
  const navigate = useNavigate();
  const refresh = useRefreshSources();
  const idempotency = useIdempotencyKey();
  const [name, setName] = useState(suggestion);
  const [owner, setOwner] = useState("");
  const [cost, setCost] = useState<number | null>(null);
  const [tables, setTables] = useState<string[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const isNamed = NAME.test(name);

  const act = async (action: (place: Place) => Promise<void>): Promise<void> => {
    if (!place) return;
    setError(null);
    setIsBusy(true);
    try {
      await action(place);
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  const test = (): Promise<void> => act(async (where) => setTables((await testPlace(name, where)).tables));
  const connect = (): Promise<void> =>
    act(async (where) => {
      const source = { name, place: where, owner: owner || undefined, yearly_cost: cost ?? undefined };
      await connectSource(source, idempotency.key());
      idempotency.used();
      refresh();
      void navigate(`/sources/${name}`);
    });

  return (
    <Section title={t("connect.about")} id="about">
      <Form layout="vertical" component={false}>
        <div className="form-columns">
          <Form.Item
            label={t("connect.name")}
            htmlFor="source-name"
            extra={t("connect.name_what")}
            validateStatus={name && !isNamed ? "error" : undefined}
          >
            <Input
              id="source-name"
              dir="ltr"
              value={name}
              maxLength={63}
              onChange={({ target }) => (setName(target.value), setTables(null))}
            />
          </Form.Item>
          <Form.Item label={t("owner")} htmlFor="source-owner">
            <Input id="source-owner" dir="auto" value={owner} onChange={({ target }) => setOwner(target.value)} />
          </Form.Item>
          <Form.Item label={t("yearly_cost")} htmlFor="source-cost">
            <InputNumber id="source-cost" min={0} value={cost} suffix={currency} onChange={setCost} />
          </Form.Item>
        </div>
      </Form>
      {tables && (
        <Alert
          type="success"
          title={t("connect.works", { count: tables.length })}
          description={<Text>{tables.join(", ")}</Text>}
        />
      )}
      <ErrorLine error={error} />
      <div className="row-buttons">
        <Button type="primary" disabled={!place || !isNamed} loading={isBusy} onClick={() => void connect()}>
          {t("connect")}
        </Button>
        <Button disabled={!place || !isNamed || isBusy} onClick={() => void test()}>
          {t("connect.test")}
        </Button>
      </div>
    </Section>
  );
}

/** What the roles of one person come to, which role gives what, and giving roles. */
import { CheckOutlined, CloseOutlined, EyeOutlined } from "@ant-design/icons";
import { Button, Checkbox } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import {
  assignRoles,
  type EffectiveAccess,
  useEffectiveAccess,
  useForgetRoles,
  usePeople,
  useRoles,
} from "@/api/roles";
import { isApiError } from "@/api/client";
import { useSession } from "@/app/session";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { useViewAs } from "./useViewAs";
import { MaskTag, RoleWord, RuleText, useWords } from "./words";

function Via({ names, effective }: { names: string[]; effective: EffectiveAccess }): ReactNode {
  const { t } = useTranslation("roles");
  return names.map((name, place) => {
    const role = effective.roles.find((held) => held.name === name);
    return (
      <span key={name}>
        {place > 0 && t("comma")}
        {role ? <RoleWord role={role} /> : <Text>{name}</Text>}
      </span>
    );
  });
}

function Permissions({ effective }: { effective: EffectiveAccess }): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  const kinds = [...new Set(effective.permissions.map(({ kind }) => kind))];
  return kinds.map((kind) => (
    <details key={kind} className="effective-kind">
      <summary>
        <strong>{words.kind(kind)}</strong>{" "}
        {effective.permissions
          .filter((each) => each.kind === kind && each.is_allowed)
          .map(({ verb }) => words.verb(verb))
          .join(t("comma")) || t("people.nothing")}
      </summary>
      <ul className="plain">
        {effective.permissions
          .filter((each) => each.kind === kind)
          .map(({ verb, is_allowed, via, denied_by }) => (
            <li key={verb}>
              {is_allowed ? (
                <CheckOutlined aria-label={t("state.allow")} />
              ) : (
                <CloseOutlined aria-label={t("state.deny")} />
              )}{" "}
              {words.verb(verb)} <span className="soft">{t("people.from")}</span>{" "}
              <Via names={via} effective={effective} />
              {denied_by.length > 0 && (
                <>
                  {" "}
                  <span className="soft">{t("people.denied_by")}</span> <Via names={denied_by} effective={effective} />
                </>
              )}
            </li>
          ))}
      </ul>
    </details>
  ));
}

function Fields({ effective }: { effective: EffectiveAccess }): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  return (
    <div className="scroll">
      <table className="table" aria-label={t("masks")}>
        <thead>
          <tr>
            <th scope="col">{t("people.data")}</th>
            <th scope="col">{t("fields.shows")}</th>
            <th scope="col">{t("people.through")}</th>
          </tr>
        </thead>
        <tbody>
          {[
            ...effective.classes.map((each) => ({ ...each, word: words.piiClass(each.name) })),
            ...effective.attributes.map((each) => ({ ...each, word: words.field(each.name) })),
          ].map(({ name, word, mask, via }) => (
            <tr key={name}>
              <th scope="row">{word}</th>
              <td>
                <MaskTag mask={mask} />
              </td>
              <td>
                <Via names={via} effective={effective} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Scopes({ effective }: { effective: EffectiveAccess }): ReactNode {
  const { t } = useTranslation("roles");
  if (effective.roles.length === 0) return <p className="soft">{t("people.no_roles")}</p>;
  return (
    <ul className="plain">
      {effective.roles.map((role) => (
        <li key={role.role_id}>
          <RoleWord role={role} />{" "}
          {role.scope ? <RuleText rule={role.scope} /> : <span className="soft">{t("scope.all")}</span>}
        </li>
      ))}
      {effective.deny_scopes.map((role) => (
        <li key={`deny ${role.role_id}`}>
          <span className="soft">{t("people.never")}</span> <RoleWord role={role} />{" "}
          {role.scope && <RuleText rule={role.scope} />}
        </li>
      ))}
    </ul>
  );
}

function Assigning({ effective }: { effective: EffectiveAccess }): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  const roles = useRoles();
  const forget = useForgetRoles();
  const held = effective.roles.map(({ role_id }) => role_id);
  const [wanted, setWanted] = useState<string[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const chosen = wanted ?? held;
  const save = async (): Promise<void> => {
    try {
      await assignRoles(effective.user_id, chosen, effective.version);
      setError(null);
      setWanted(null);
      await forget();
    } catch (failure) {
      setError(failure);
      if (isApiError(failure, 412)) await forget(); // what was chosen stays; what is held is read again
    }
  };
  return (
    <fieldset className="assigning">
      <legend className="visually-hidden">{t("people.roles")}</legend>
      {roles.data?.map((role) => (
        <Checkbox
          key={role.role_id}
          checked={chosen.includes(role.role_id)}
          onChange={({ target }) =>
            setWanted(target.checked ? [...chosen, role.role_id] : chosen.filter((id) => id !== role.role_id))
          }
        >
          <Text>{words.role(role)}</Text>
        </Checkbox>
      ))}
      <ErrorLine error={error} />
      <div className="dialog-buttons">
        <Button disabled={!wanted} onClick={() => (setWanted(null), setError(null))}>
          {t("discard")}
        </Button>
        <Button type="primary" disabled={!wanted} onClick={() => void save()}>
          {t("people.assign")}
        </Button>
      </div>
    </fieldset>
  );
}

export function PersonAccess(): ReactNode {
  const { t } = useTranslation("roles");
  const { may } = useSession();
  const begin = useViewAs();
  const [search, setSearch] = useSearchParams();
  const people = usePeople();
  const user = search.get("user");
  const effective = useEffectiveAccess(user);
  const { data } = effective;
  return (
    <Page
      title={t("people.title")}
      lead={t("people.lead")}
      actions={
        user && may("assign", "role") ? (
          <Button icon={<EyeOutlined />} onClick={() => void begin({ user_id: user })}>
            {t("view_as")}
          </Button>
        ) : undefined
      }
    >
      <label className="field-choice">
        <span>{t("people.person")}</span>
        <select
          className="select"
          value={user ?? ""}
          onChange={({ target }) => setSearch(target.value ? { user: target.value } : {})}
        >
          <option value="">{t("people.you")}</option>
          {people.data?.map((person) => (
            <option key={person.user_id} value={person.user_id}>
              {person.display_name}
            </option>
          ))}
        </select>
      </label>
      {effective.error && <ErrorState error={effective.error} onRetry={() => void effective.refetch()} />}
      {effective.isPending && <Loading lines={6} />}
      {data && (
        <>
          {user && may("assign", "role") && (
            <Section title={t("people.roles")} id="person-roles">
              <Assigning key={`${data.user_id} ${data.roles.length}`} effective={data} />
            </Section>
          )}
          <Section title={t("people.customers")} id="person-scopes">
            <Scopes effective={data} />
          </Section>
          <Section title={t("masks")} id="person-masks">
            <Fields effective={data} />
          </Section>
          <Section title={t("matrix")} id="person-permissions">
            {data.permissions.length > 0 ? (
              <Permissions effective={data} />
            ) : (
              <p className="soft">{t("people.nothing")}</p>
            )}
          </Section>
        </>
      )}
    </Page>
  );
}

/** Everything that a role says, with what somebody who holds it would see beside it. */
import { Input } from "antd";
import { type ReactNode, useDeferredValue, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/client";
import { type RoleBody, usePreview, useVocabulary } from "@/api/roles";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Page";
import { MaskEditor } from "./MaskEditor";
import { PermissionMatrix } from "./PermissionMatrix";
import { PreviewPanel } from "./PreviewPanel";
import { RuleField } from "./RuleField";

interface Props {
  role: RoleBody;
  /** Scopes and masks only. */
  isShipped: boolean;
  isReadOnly: boolean;
  /** What saving said. */
  error: unknown;
  onChange: (role: RoleBody) => void;
}

/** The last value once it has stood still for a moment. */
function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

/** A broken rule is said beside the rule. */
function isOfRule(error: unknown): boolean {
  return isApiError(error, 422) && ["scope", "deny_scope"].includes(String(error.fields["field"]));
}

export function myNamesOf({ scope, deny_scope }: RoleBody): string[] {
  const outside = [scope, deny_scope].join(" ").replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, "");
  return [...new Set([...outside.matchAll(/\bmy\.([\p{L}_][\p{L}\p{N}_.:]*)/gu)].map(([, name = ""]) => name))];
}

function listed(my: Record<string, string>): Record<string, string[]> {
  const entries = Object.entries(my).map(([name, text]) => [name, text.split(/[,،、，]/).map((part) => part.trim())]);
  return Object.fromEntries(entries.map(([name, parts]) => [name, (parts as string[]).filter(Boolean)]));
}

function Naming({ role, isReadOnly, onChange }: Pick<Props, "role" | "isReadOnly" | "onChange">): ReactNode {
  const { t } = useTranslation("roles");
  return (
    <div className="role-naming">
      <label>
        <span>{t("name")}</span>
        <Input
          dir="auto"
          value={role.name}
          maxLength={80}
          readOnly={isReadOnly}
          required
          onChange={({ target }) => onChange({ ...role, name: target.value })}
        />
      </label>
      <label>
        <span>{t("description")}</span>
        <Input.TextArea
          dir="auto"
          value={role.description}
          maxLength={2000}
          autoSize={{ minRows: 1, maxRows: 4 }}
          readOnly={isReadOnly}
          onChange={({ target }) => onChange({ ...role, description: target.value })}
        />
      </label>
    </div>
  );
}

export function RoleForm({ role, isShipped, isReadOnly, error, onChange }: Props): ReactNode {
  const { t } = useTranslation("roles");
  const vocabulary = useVocabulary();
  const [my, setMy] = useState<Record<string, string>>({});
  const asked = useSettled(role, 400);
  const myNames = myNamesOf(role);
  const wanted = useDeferredValue(useSettled(my, 400));
  const preview = usePreview(asked, listed(wanted), true);
  if (vocabulary.error) return <ErrorState error={vocabulary.error} onRetry={() => void vocabulary.refetch()} />;
  if (!vocabulary.data) return <Loading lines={8} />;
  const said = preview.error ?? error;
  const rule = { vocabulary: vocabulary.data, error: said, isReadOnly };
  return (
    <>
      <div className="role-form">
        <div>
          {!isShipped && <Naming role={role} isReadOnly={isReadOnly} onChange={onChange} />}
          <Section title={t("customers")} id="role-customers">
            <RuleField {...rule} part="scope" value={role.scope} onChange={(scope) => onChange({ ...role, scope })} />
            <RuleField
              {...rule}
              part="deny_scope"
              value={role.deny_scope}
              onChange={(deny_scope) => onChange({ ...role, deny_scope })}
            />
          </Section>
          <Section title={t("masks")} lead={t("masks.what")} id="role-masks">
            <MaskEditor
              vocabulary={vocabulary.data}
              masks={role.masks}
              isReadOnly={isReadOnly}
              onChange={(masks) => onChange({ ...role, masks })}
            />
          </Section>
        </div>
        <aside aria-label={t("preview")}>
          <Section title={t("preview")} lead={t("preview.what")} id="role-preview">
            <PreviewPanel
              preview={preview.data}
              error={isOfRule(preview.error) ? null : preview.error}
              isStale={preview.isFetching || preview.isError || asked !== role}
              myNames={myNames}
              my={my}
              onMy={setMy}
            />
          </Section>
        </aside>
      </div>
      <Section title={t("matrix")} lead={isShipped ? t("matrix.shipped") : t("matrix.what")} id="role-matrix">
        <PermissionMatrix
          vocabulary={vocabulary.data}
          rights={role}
          isReadOnly={isReadOnly || isShipped}
          onChange={(rights) => onChange({ ...role, ...rights })}
        />
      </Section>
    </>
  );
}

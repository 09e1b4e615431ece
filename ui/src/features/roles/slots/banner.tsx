/** "You see this as …": on every page while viewing as a role or another person. */
import { EyeOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/app/session";
import { Text } from "@/components/Text";
import { useViewAs } from "../useViewAs";
import { useWords } from "../words";

export default function ViewingAs(): ReactNode {
  const { t } = useTranslation("roles");
  const { me } = useSession();
  const words = useWords();
  const end = useViewAs();
  const seen = me?.view_as;
  if (!seen) return null;
  const name = seen.kind === "role" ? words.role({ role_id: seen.id, name: seen.name }) : seen.name;
  return (
    <div className="banner banner-warn viewing-as" role="status">
      <EyeOutlined aria-hidden="true" /> {t(seen.kind === "role" ? "viewing.role" : "viewing.person")}{" "}
      <strong>
        <Text>{name}</Text>
      </strong>
      <span className="soft">{t("viewing.only_reading")}</span>
      <Button size="small" onClick={() => void end(null)}>
        {t("viewing.end")}
      </Button>
    </div>
  );
}

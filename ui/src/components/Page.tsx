import { type ReactNode, useEffect } from "react";

interface Props {
  title: string;
  /** What stands on the page instead of the title, for example a name with its direction. */
  heading?: ReactNode;
  /** One line below the title. */
  lead?: ReactNode;
  /** Buttons beside the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** One page: its heading, its buttons, and the title of the document. */
export function Page({ title, heading, lead, actions, children }: Props): ReactNode {
  useEffect(() => {
    document.title = `${title} · Onefold`;
  }, [title]);
  return (
    <div className="page">
      <div className="page-head">
        <div className="page-title">
          <h1>{heading ?? title}</h1>
          {lead && <div className="soft">{lead}</div>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A part of a page, in a card of its own. */
export function Section({ title, lead, actions, children, id }: Omit<Props, "heading"> & { id?: string }): ReactNode {
  const headingId = id && `${id}-title`;
  return (
    <section className="section" id={id} aria-labelledby={headingId}>
      <div className="page-head">
        <div className="page-title">
          <h2 id={headingId}>{title}</h2>
          {lead && <div className="soft">{lead}</div>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

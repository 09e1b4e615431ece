"""Profiles, what finds and lists them, saved lists, and the timeline, in the app database."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata

profile = sa.Table(
    "profile",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("display_name", sa.Text),
    sa.Column("input_hash", sa.Text, nullable=False),  # of everything the profile was made from
    sa.Column("version", sa.Integer, nullable=False),  # grows by one with every change
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("attributes", sa.JSON, nullable=False),  # records, and by attribute value, origin, losers: stored.py
    sa.Column("traits", sa.JSON, nullable=False),  # trait -> value
)
"""Grain: one row per active customer."""

code_point_text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text whose order is the same in every database, so that beginnings of words are ranges of an index."""

profile_summary = sa.Table(
    "profile_summary",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # person, organisation
    sa.Column("display_name", sa.Text),
    sa.Column("sort_name", code_point_text),  # its comparison form: scripts and cases sort together
    sa.Column("email", sa.Text),
    sa.Column("phone", sa.Text),
    sa.Column("company", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("country", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("city", sa.Text),
    sa.Column("status", sa.Text),
    sa.Column("tier", sa.Text),
    sa.Column("owner", sa.Text),  # the colleague who last spoke with the customer, unless a system names an owner
    sa.Column("department", sa.Text),
    sa.Column("customer_since", sa.DateTime(timezone=True)),
    sa.Column("last_seen", sa.DateTime(timezone=True)),
    sa.Column("last_contact_at", sa.DateTime(timezone=True)),
    sa.Column("last_score", sa.Float),
    sa.Column("open_tickets", sa.Integer),
    sa.Column("orders", sa.Integer),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("systems", sa.Integer, nullable=False),  # how many systems know the customer
    sa.Column("identity_confidence", sa.Float),  # probability that it is one and whole; null: nothing to compare
    sa.Column("identity_is_one", sa.Float),  # that all of its records are one customer
    sa.Column("identity_is_whole", sa.Float),  # that no record of it is elsewhere
    *(
        # a list sorted by one of these reads one page of its index, forwards or backwards
        sa.Index(f"profile_summary_by_{column}", column, "customer_id")
        for column in (
            *("sort_name", "country", "region", "status", "tier", "last_seen", "last_contact_at"),
            "identity_confidence",
        )
    ),
    sqlite_with_rowid=False,
)
"""Grain: one row per active customer: what lists show, sort and filter by, and row scopes decide on."""

profile_attribute = sa.Table(
    "profile_attribute",
    metadata,
    sa.Column("attribute", sa.Text, primary_key=True),  # 'email', 'consent:newsletter'
)
"""Grain: one row per attribute that profiles of this workspace may hold."""

search_term = sa.Table(
    "search_term",
    metadata,
    sa.Column("term", code_point_text, primary_key=True),  # native or romanised comparison form
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Index("search_term_by_customer", "customer_id", "term"),
    sqlite_with_rowid=False,
)
"""Grain: one row per word that a customer's names hold, and of words without spaces one per character that begins
there. Beginnings of words find customers while one types."""

saved_view = sa.Table(
    "saved_view",
    metadata,
    sa.Column("view_id", sa.Text, primary_key=True),
    sa.Column("owner_id", sa.Text, nullable=False, index=True),
    sa.Column("owner_name", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("query", sa.Text, nullable=False),  # what is searched for; empty: nothing
    sa.Column("filter", sa.Text, nullable=False),  # a rule; empty: all
    sa.Column("sort", sa.Text, nullable=False),  # '-last_contact_at,display_name'; empty: by name
    sa.Column("columns", sa.JSON, nullable=False),
    sa.Column("shared_with", sa.JSON, nullable=False),  # role ids; empty: nobody but the owner
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
)
"""Grain: one row per list of customers that somebody saved under a name."""

identifier = sa.Table(
    "identifier",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),  # email, phone, national_id, loyalty_number, name, …
    sa.Column("value", sa.Text, primary_key=True),  # comparison form
    sa.Column("subject_id", sa.Text, primary_key=True, index=True),
    sqlite_with_rowid=False,
)
"""Grain: one row per identifier value of a subject. Finds subjects; the map leads on to the customer."""

timeline_event = sa.Table(
    "timeline_event",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("subject_id", sa.Text, nullable=False),
    sa.Column("row_hash", sa.Text, nullable=False),
    sa.Column("occurred_at", sa.DateTime(timezone=True)),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("table_name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("event_type", sa.Text, nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("status", sa.Text),
    sa.Column("channel", sa.Text),
    sa.Column("counterpart", sa.Text),
    sa.Column("amount", sa.Numeric(18, 4)),
    sa.Column("currency", sa.Text),
    sa.Column("score", sa.Float),
    sa.Column("body", sa.JSON),
    sa.Index("timeline_event_by_subject", "subject_id", "occurred_at"),
    sqlite_with_rowid=False,
)
"""Grain: one row per event of a subject. An event belongs to its subject for ever."""

card_layout = sa.Table(
    "card_layout",
    metadata,
    sa.Column("role_id", sa.Text, primary_key=True),  # "default" for roles without one
    sa.Column("fields", sa.JSON, nullable=False),  # in the order in which they stand
    sa.Column("shown", sa.Integer, nullable=False),  # how many stand on the card; the rest is one click away
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
)
"""Grain: one row per role whose essentials card somebody arranged."""

card_opening = sa.Table(
    "card_opening",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("role_id", sa.Text, primary_key=True),
    sa.Column("field", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),  # of the value that was shown; empty for what is computed
    sa.Column("openings", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Grain: one row per day, role, field and source: how often people opened a field. Says neither who nor of whom."""

customer_visit = sa.Table(
    "customer_visit",
    metadata,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("last_visited_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("earlier_visited_at", sa.DateTime(timezone=True)),  # the end of the visit before
    sqlite_with_rowid=False,
)
"""Grain: one row per user and customer whose page they opened."""

customer_pick = sa.Table(
    "customer_pick",
    metadata,
    sa.Column("pick_id", sa.Text, primary_key=True),
    sa.Column("subject_id", sa.Text, nullable=False),  # the record that the value comes from; the pick goes with it
    sa.Column("attribute", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Text, nullable=False),  # whose page it was made on, later the one it ended on
    sa.Column("value", sa.Text, nullable=False),  # as that record says it
    sa.Column("known", sa.JSON, nullable=False),  # the values that there were to choose from
    sa.Column("over_rule", sa.Text, nullable=False),  # what decided before
    sa.Column("over_value", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("picked_by", sa.Text, nullable=False),
    sa.Column("picked_by_name", sa.Text, nullable=False),
    sa.Column("picked_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ended_at", sa.DateTime(timezone=True)),
    sa.Column("ended_why", sa.Text),  # changed, gone: it lapsed; withdrawn, replaced: somebody ended it
    sa.Column("ended_by", sa.Text),
    sa.Column("ended_by_name", sa.Text),
    sa.Index("customer_pick_by_subject", "subject_id", "attribute"),
    sa.Index("customer_pick_by_customer", "customer_id", "attribute"),
    sqlite_with_rowid=False,
)
"""Grain: one row per value that a person picked over the rules, for ever; at most one that holds per subject and
attribute."""

contradiction = sa.Table(
    "contradiction",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("attribute", sa.Text, primary_key=True),
    sa.Column("values_count", sa.Integer, nullable=False),  # how many different values the records say
    sa.Column("systems", sa.Text, nullable=False),  # that say any of them, between spaces
    sa.Column("state", sa.Text, nullable=False),  # open, lapsed, challenged, settled: see contradictions.py
    sa.Index("contradiction_by_attribute", "attribute", "customer_id"),
    sqlite_with_rowid=False,
)
"""Grain: one row per active customer and attribute in which its records contradict each other."""

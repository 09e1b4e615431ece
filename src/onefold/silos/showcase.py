"""One real customer as all systems see them together: the exhibit that makes silos visible.

Chosen is a customer with a name who lives in most systems with the fewest records, so that it is neither a mailbox of
many people nor a heap of duplicates, and with the most facts in the timeline.
"""

from __future__ import annotations

from onefold.engines import Engine
from onefold.silos.examples import Pick, show_examples
from onefold.silos.fields import FIELDS
from onefold.silos.model import Showcase

SHOWN = ("name", "email", "phone", "birth_date", "address", "city", "language", "consent")
"""Fields of the exhibit, in reading order."""

FEWEST_SYSTEMS = 2
MOST_RECORDS_PER_SYSTEM = 2


def pick_showcase(engine: Engine, kind: str) -> Showcase | None:
    """The customer to show, or None where nobody lives in two systems. Needs ``silo_subject``."""
    has_events = engine.exists("main", "event")
    rows = engine.rows(
        f"""
        with lives as (
            select
                customer_no,
                count(distinct source) as systems,
                count(*) as records,
                count(display_name) as named,
                count(distinct lower(display_name)) as spellings
            from silo_subject where kind = ? group by customer_no
            having count(distinct source) >= {FEWEST_SYSTEMS}
                and count(*) <= {MOST_RECORDS_PER_SYSTEM} * count(distinct source)
        ),
        candidates as (
            -- the top by systems; only their events are counted
            select * from lives where named = records
            order by systems desc, records, spellings desc, customer_no limit 50
        ),
        facts as ({_FACTS if has_events else _NO_FACTS})
        select customer_no, systems, coalesce(facts.events, 0) as events
        from candidates left join facts using (customer_no)
        order by systems desc, events > 0 desc, records, events desc, customer_no limit 1""",
        [kind],
    )
    if not rows:
        return None
    customer_no, systems, events = rows[0]
    example = show_examples(engine, [Pick(customer_no, "showcase", "", SHOWN)])[0]
    return Showcase(
        customer_id=example.customer_id,
        name=example.name,
        systems=int(systems),
        events=int(events),
        differing=_differing(engine, customer_no),
        values=example.values,
    )


def _differing(engine: Engine, customer_no: int) -> tuple[str, ...]:
    """Shown fields of which the customer's records hold several values, by their comparison forms."""
    rows = engine.rows(
        """
        with said as (
            select fact.attribute, fact.compare_value as value
            from main.record_value as fact join silo_subject as subject using (subject_id)
            where subject.customer_no = $1 and fact.absence is null
            union all
            select 'name', concat_ws(' ', record.given_name, record.family_name)
            from main.record as record join silo_subject as subject using (subject_id)
            where subject.customer_no = $1
        )
        select attribute from said where value <> '' group by attribute having count(distinct value) > 1""",
        [customer_no],
    )
    attributes = {attribute for (attribute,) in rows}
    return tuple(
        field
        for field in SHOWN
        if field in attributes or (field != "name" and attributes.intersection(FIELDS.get(field, ())))
    )


_FACTS = """
            select customer_no, count(*) as events
            from main.event join silo_subject using (subject_id)
            where customer_no in (select customer_no from candidates) group by customer_no"""
_NO_FACTS = "select 0 as customer_no, 0 as events where false"

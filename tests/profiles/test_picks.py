"""A person's pick stands above the rules, survives builds, merges and splits, and lapses when its record changes."""

from __future__ import annotations

import copy

import pytest
import sqlalchemy as sa

from onefold.access import Access, Actor, Layer, Role
from onefold.errors import InvalidInput, NotAllowed, NotFound, Stale
from onefold.profiles import (
    ContradictionFilter,
    count_contradictions,
    get_card,
    list_contradictions,
    list_customers,
    list_picks,
    pick_value,
    see_customer,
    unpick,
)
from onefold.profiles.listing import Wanted
from onefold.profiles.tables import contradiction, profile, profile_summary
from onefold.storage import outbox

STEWARD = Access.full(Actor("usr_ana", "user", "Ana Puig"))


def pick(bench, attribute, value, *, who=STEWARD, of="crm.people:1", version=None, reason="asked her"):
    customer_id = bench.customer_of(of)
    with bench.database.write() as connection:
        return pick_value(connection, who, customer_id, attribute, value, reason=reason, expected_version=version)


def take_back(bench, attribute, *, of="crm.people:1", version=None):
    with bench.database.write() as connection:
        return unpick(connection, STEWARD, bench.customer_of(of), attribute, expected_version=version)


def card_of(bench, of="crm.people:1", who=STEWARD):
    with bench.database.read() as connection:
        return get_card(connection, who, bench.customer_of(of))


def attribute_of(bench, name, of="crm.people:1"):
    return next(one for one in card_of(bench, of).attributes if one.name == name)


def summary_of(bench, of="crm.people:1"):
    with bench.database.read() as connection:
        mine = profile_summary.c.customer_id == bench.customer_of(of)
        return dict(connection.execute(sa.select(profile_summary).where(mine)).one()._mapping)


def picks_of(bench, of="crm.people:1"):
    with bench.database.read() as connection:
        return list_picks(connection, see_customer(connection, STEWARD, bench.customer_of(of)))


def states(bench):
    with bench.database.read() as connection:
        rows = connection.execute(sa.select(contradiction.c.attribute, contradiction.c.state))
        return {row.attribute: row.state for row in rows}


def test_a_whole_name_is_to_be_decided_only_where_its_parts_agree(bench, company):
    company.record("crm.people:1", "eva", given_name="Eva", family_name="Roca", full_name="Eva Roca")
    company.record("shop.users:1", "eva", given_name="Eva", family_name="Pons", full_name="Eva Pons")
    company.record("crm.people:2", "joan", full_name="Joan Vila")
    company.record("shop.users:2", "joan", full_name="Joan Vila Mas")
    bench.build(company)
    with bench.database.read() as connection:
        found = {(one.customer_id, one.attribute) for one in connection.execute(sa.select(contradiction))}
    assert found == {
        (bench.customer_of("crm.people:1"), "family_name"),
        (bench.customer_of("crm.people:2"), "full_name"),
    }


def make_anew(bench, company):
    """Build as if every profile had to be written again."""
    with bench.database.write() as connection:
        connection.execute(sa.update(profile).values(input_hash=""))
    return bench.build(company)


def say(company, subject_id, attribute, value):
    """Let a record say something else."""
    for row in company.values:
        if (row["subject_id"], row["attribute"]) == (subject_id, attribute):
            row |= {"value": value, "compare_value": value.lower(), "raw": value}
    record = next(row for row in company.records if row["subject_id"] == subject_id)
    record["row_hash"] += 1
    if record.get(attribute) is not None:
        record[attribute] = value.lower()


def everything(bench):
    published = bench.everything()
    with bench.database.read() as connection:
        for table in (profile_summary, contradiction):
            published[table.name] = sorted(map(repr, connection.execute(sa.select(table))))
    # JSON as the two writers of it put it: members in another order are the same profile
    with bench.database.read() as connection:
        columns = [column for column in profile.c if column.name not in ("version", "updated_at", "input_hash")]
        published["profile"] = [
            dict(row._mapping) for row in connection.execute(sa.select(*columns).order_by(profile.c.customer_id))
        ]
    return published


def test_a_pick_shows_at_once_wherever_the_value_shows(either_bench, ana):
    either_bench.build(ana)
    assert attribute_of(either_bench, "status").value == "active"
    before = card_of(either_bench).version

    outcome = pick(either_bench, "status", "vip")

    assert (outcome.value, outcome.rule, outcome.version, outcome.is_changed) == ("vip", "picked", before + 1, True)
    status = attribute_of(either_bench, "status")
    assert (status.value, status.source, status.rule, status.column) == ("vip", "desk", "picked", "status")
    assert (status.pick.by_name, status.pick.reason) == ("Ana Puig", "asked her")
    assert (status.pick.over_rule, status.pick.over_value) == ("newest", "active")
    assert [(other.value, other.why_lost) for other in status.others] == [("active", "picked")]
    assert card_of(either_bench).version == before + 1
    assert summary_of(either_bench)["status"] == "vip"
    with either_bench.database.read() as connection:
        found = list_customers(connection, STEWARD, Wanted('status = "vip"'))
    assert [row.customer_id for row in found.rows] == [either_bench.customer_of("crm.people:1")]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("status", "vip"),
        ("city", "Madrid"),
        ("birth_date", "1980"),
        ("email", "sales@x.com"),
        ("given_name", "A"),
    ],
)
def test_the_next_build_gives_what_the_pick_gave(either_bench, ana, attribute, value):
    either_bench.build(ana)
    pick(either_bench, attribute, value)
    shown, card = everything(either_bench), attribute_of(either_bench, attribute)
    counts = make_anew(either_bench, ana)

    assert counts["picks_held"] == 1
    assert everything(either_bench) == shown
    assert attribute_of(either_bench, attribute) == card
    assert card.value == value


def test_taking_a_pick_back_restores_everything_to_the_letter(either_bench, ana):
    either_bench.build(ana)
    clean = everything(either_bench)
    pick(either_bench, "given_name", "A")
    pick(either_bench, "status", "vip")
    assert everything(either_bench) != clean
    take_back(either_bench, "status")
    outcome = take_back(either_bench, "given_name")

    assert (outcome.value, outcome.rule) == ("Ana", "most_complete")
    assert everything(either_bench) == clean
    assert [(one.ended_why, one.ended_by) for one in picks_of(either_bench)] == [("withdrawn", "Ana Puig")] * 2


def test_a_picked_name_is_the_name_that_lists_show_and_sort_by(bench, ana):
    ana.record("old.t:1", "ana", given_name="Anna", family_name="Puig", email="ana@x.com")
    bench.build(ana)
    pick(bench, "given_name", "Anna")
    pick(bench, "family_name", "Puig")

    assert card_of(bench).display_name == "Anna Puig"
    assert (summary_of(bench)["display_name"], summary_of(bench)["sort_name"]) == ("Anna Puig", "anna puig")


def test_a_picked_whole_name_leads_too_in_any_script(bench, company):
    import onefold.records.name_words  # noqa: F401 - a server has loaded it long before

    company.record("a.t:1", "wang", full_name="Xiaoming Wang", given_name="Xiaoming", family_name="Wang")
    company.record("b.t:1", "wang", full_name="王小明")
    bench.build(company)
    other = attribute_of(bench, "full_name", "a.t:1").others[0].value
    pick(bench, "full_name", other, of="a.t:1")

    assert card_of(bench, "a.t:1").display_name == other
    assert summary_of(bench, "a.t:1")["sort_name"] == "wang xiaoming"


def test_a_pick_survives_builds_of_other_changes(either_bench, ana):
    either_bench.build(ana)
    pick(either_bench, "status", "vip")
    say(ana, "shop.users:a|7", "city", "Girona")
    either_bench.build(ana)

    assert attribute_of(either_bench, "status").value == "vip"
    assert [other.value for other in attribute_of(either_bench, "city").others] == ["Girona"]
    assert states(either_bench)["status"] == "settled"


def test_a_new_value_of_another_record_leaves_the_pick_and_asks_again(bench, ana):
    bench.build(ana)
    pick(bench, "status", "vip")
    say(ana, "crm.people:1", "status", "closed")
    bench.build(ana)

    assert attribute_of(bench, "status").value == "vip"
    assert states(bench)["status"] == "challenged"
    assert pick(bench, "status", "vip").is_changed
    assert states(bench)["status"] == "settled"


def test_a_pick_lapses_when_its_record_says_something_else_and_that_is_told(either_bench, ana):
    either_bench.build(ana)
    pick(either_bench, "status", "vip")
    say(ana, "desk.users:z", "status", "dormant")
    counts = either_bench.build(ana)

    assert (counts["picks_held"], counts["picks_lapsed"]) == (0, 1)
    assert attribute_of(either_bench, "status").value == "active"
    assert attribute_of(either_bench, "status").pick is None
    assert [(one.ended_why, one.is_held) for one in picks_of(either_bench)] == [("changed", False)]
    assert states(either_bench)["status"] == "lapsed"
    with either_bench.database.read() as connection:
        kinds = set(connection.scalars(sa.select(outbox.c.kind)))
        found = list_contradictions(connection, STEWARD, ContradictionFilter(states=("lapsed",)))
    assert {"pick.created", "pick.lapsed"} <= kinds
    assert [(one.attribute.name, one.lapsed.value, one.lapsed.picked_by) for one in found] == [
        ("status", "vip", "Ana Puig")
    ]
    make_anew(either_bench, ana)
    assert states(either_bench)["status"] == "lapsed"


def test_a_record_that_only_writes_its_value_in_another_case_keeps_the_pick(bench, ana):
    bench.build(ana)
    pick(bench, "status", "vip")
    say(ana, "desk.users:z", "status", "VIP")
    bench.build(ana)

    assert attribute_of(bench, "status").value == "VIP"
    assert states(bench)["status"] == "settled"


def test_a_pick_of_a_vanished_record_moves_to_another_that_says_the_same_else_lapses(bench, ana):
    ana.record("old.t:1", "ana", full_name="Ana García", email="ana@x.com", status="vip")
    bench.build(ana)
    pick(bench, "status", "vip")
    gone = next(one.source for one in picks_of(bench))
    subject = {"desk": "desk.users:z", "old": "old.t:1"}[gone]
    without = copy.deepcopy(ana)
    _remove(without, subject)
    assert bench.build(without)["picks_lapsed"] == 0
    assert attribute_of(bench, "status").value == "vip"

    _remove(without, {"desk": "old.t:1", "old": "desk.users:z"}[gone])
    assert bench.build(without)["picks_lapsed"] == 1
    assert attribute_of(bench, "status").value == "active"
    assert [one.ended_why for one in picks_of(bench)] == ["gone"]


def _remove(company, subject_id):
    company.records = [row for row in company.records if row["subject_id"] != subject_id]
    company.values = [row for row in company.values if row["subject_id"] != subject_id]
    company.events = [row for row in company.events if row["subject_id"] != subject_id]
    del company.owners[subject_id]


def test_a_pick_goes_with_its_record_through_a_split_and_back(either_bench, ana):
    either_bench.build(ana)
    pick(either_bench, "status", "vip")
    together = everything(either_bench)
    apart = copy.deepcopy(ana)
    apart.owners["desk.users:z"] = ("other", "person")
    either_bench.build(apart)
    assert attribute_of(either_bench, "status").value == "active"
    assert attribute_of(either_bench, "status", "desk.users:z").rule == "only_value"
    either_bench.build(ana)

    assert attribute_of(either_bench, "status").value == "vip"
    assert everything(either_bench)["profile_summary"] == together["profile_summary"]


def test_of_two_picks_that_meet_in_a_merge_the_newest_counts_and_undoing_gives_both_back(bench, company):
    for number, customer in (("1", "a"), ("2", "b")):
        company.record(f"crm.t:{number}", customer, full_name="Ana", status=f"x{number}", updated="2024-01-01")
        company.record(f"shop.t:{number}", customer, full_name="Ana", status=f"y{number}", updated="2025-01-01")
    bench.build(company)
    pick(bench, "status", "x1", of="crm.t:1")
    pick(bench, "status", "x2", of="crm.t:2")
    merged = copy.deepcopy(company)
    for subject in merged.owners:
        merged.owners[subject] = ("a", "person")
    bench.build(merged)

    assert attribute_of(bench, "status", "crm.t:1").value == "x2"
    assert [(one.value, one.is_held) for one in picks_of(bench, "crm.t:1")] == [("x2", True), ("x1", False)]
    bench.build(company)
    assert attribute_of(bench, "status", "crm.t:1").value == "x1"
    assert attribute_of(bench, "status", "crm.t:2").value == "x2"


def test_the_second_of_two_who_pick_at_once_is_told(either_bench, ana):
    either_bench.build(ana)
    version = card_of(either_bench).version
    pick(either_bench, "status", "vip", version=version)
    with pytest.raises(Stale):
        pick(either_bench, "city", "Madrid", version=version)
    with pytest.raises(Stale):
        take_back(either_bench, "status", version=version)


def test_doing_the_same_again_changes_nothing(bench, ana):
    bench.build(ana)
    version = card_of(bench).version
    pick(bench, "status", "vip", version=version)
    again = pick(bench, "status", "vip", version=version)
    assert (again.is_changed, again.version, len(picks_of(bench))) == (False, version + 1, 1)
    take_back(bench, "status", version=version + 1)

    assert not take_back(bench, "status", version=version + 1).is_changed


def test_a_later_pick_replaces_the_one_before(bench, ana):
    bench.build(ana)
    pick(bench, "status", "vip")
    pick(bench, "status", "active", reason=None)

    assert attribute_of(bench, "status").value == "active"
    assert attribute_of(bench, "status").rule == "picked"
    assert [(one.value, one.ended_why) for one in picks_of(bench)] == [("active", None), ("vip", "replaced")]
    take_back(bench, "status")
    assert attribute_of(bench, "status").rule == "newest"


@pytest.mark.parametrize(
    ("attribute", "value"), [("status", "nonsense"), ("tier", "gold"), ("created_at", "2020-01-01"), ("nonsense", "x")]
)
def test_only_a_known_value_of_a_contradiction_can_be_picked(bench, ana, attribute, value):
    bench.build(ana)

    with pytest.raises(InvalidInput):
        pick(bench, attribute, value)


def _as(role_permissions, **options):
    role = Role("tried", "Tried", "", permissions=role_permissions, **options)
    return Access(Actor("usr_bob", "user", "Bob"), layers=(Layer((role,)),), mask_key="key")


def test_who_may_not_update_or_not_see_cannot_pick(bench, ana):
    bench.build(ana)
    may = {"customer": ("read", "update")}
    with pytest.raises(NotAllowed):
        pick(bench, "status", "vip", who=_as({"customer": ("read",)}))
    with pytest.raises(NotAllowed):
        pick(bench, "status", "vip", who=_as(may, masks={"status": "hidden"}))
    with pytest.raises(NotFound):
        pick(bench, "status", "vip", who=_as(may, scope='city = "Oslo"'))

    assert pick(bench, "status", "vip", who=_as(may)).value == "vip"


def test_the_list_shows_and_counts_only_what_the_actor_may_know(either_bench, ana):
    either_bench.build(ana)
    pick(either_bench, "status", "vip")
    read = {"customer": ("read",)}

    def listed(access, **wanted):
        with either_bench.database.read() as connection:
            found = list_contradictions(connection, access, ContradictionFilter(**wanted))
            counts = count_contradictions(connection, access, ContradictionFilter(**wanted))
        return [one.attribute.name for one in found], counts

    names, counts = listed(STEWARD)
    assert "status" not in names
    assert {"birth_date", "city"} <= set(names)
    assert counts.states["settled"] == 1
    assert listed(STEWARD, states=("settled",))[0] == ["status"]
    assert listed(STEWARD, attribute="city")[0] == ["city"]
    assert "city" not in listed(STEWARD, system="desk")[0]
    assert listed(_as(read, scope='city = "Oslo"')) == ([], type(counts)(dict.fromkeys(counts.states, 0), {}, {}))
    names, counts = listed(_as(read, masks={"pii:birth": "masked"}))
    assert "birth_date" not in names
    assert "birth_date" not in counts.attributes
    with pytest.raises(NotAllowed):
        listed(_as(read, masks={"pii:birth": "masked"}), attribute="birth_date")


def test_the_list_is_paged_without_gaps(bench, ana):
    bench.build(ana)
    with bench.database.read() as connection:
        whole = list_contradictions(connection, STEWARD, ContradictionFilter())
        parts, after = [], None
        while page := list_contradictions(connection, STEWARD, ContradictionFilter(), after=after, limit=2):
            parts += page
            after = (page[-1].customer_id, page[-1].attribute.name)

    assert parts == whole
    assert len(whole) > 2

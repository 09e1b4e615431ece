"""Tags: one word, one tag; on customers in scope; counted honestly."""

from __future__ import annotations

import sqlalchemy as sa
from tests.care.office import V1, error_of, etag

from onefold.care import create_tag, tag_customers, tagged_customers
from onefold.care.tables import customer_tag, tag
from onefold.profiles.tables import profile_summary


def put_on(client, customer_id, **wanted):
    return client.post(f"{V1}/customers/{customer_id}/tags", json=wanted)


def names(client, customer_id):
    answer = client.get(f"{V1}/customers/{customer_id}/tags")
    assert answer.status_code == 200, answer.text
    return [one["tag"]["name"] for one in answer.json()["items"]]


def test_a_new_word_makes_a_tag_and_the_same_word_is_the_same_tag(desk):
    ana = desk.client(desk.ana)
    assert put_on(ana, desk.ids["a"], name="VIP").status_code == 201
    for same in ("vip", " ＶＩＰ ", "V\u200bIP"):
        put_on(ana, desk.ids["a"], name=same)
    assert names(ana, desk.ids["a"]) == ["VIP"]
    assert len(ana.get(f"{V1}/tags").json()["items"]) == 1
    assert error_of(desk.client().post(f"{V1}/tags", json={"name": "vip"})) == "conflict"


def test_who_may_not_make_tags_uses_those_there_are(desk):
    from onefold.access.tables import role
    from onefold.kernel import utc_now

    with desk.database.write() as connection:
        connection.execute(
            role.insert().values(
                role_id="rol_t",
                name="Tagger",
                description="",
                is_shipped=False,
                denials={},
                masks={},
                version=1,
                permissions={"customer": ["read"], "tag": ["read", "assign"]},
                updated_at=utc_now(),
            )
        )
    tagger = desk.client(desk.person("Ti", "rol_t"))
    assert error_of(put_on(tagger, desk.ids["a"], name="new")) == "not_allowed"
    put_on(desk.client(desk.ana), desk.ids["a"], name="old")
    assert put_on(tagger, desk.ids["b"], name="old").status_code == 201


def test_a_customer_out_of_scope_can_neither_be_tagged_nor_read(desk):
    ana = desk.client(desk.ana)
    made = put_on(desk.client(desk.sol), desk.ids["b"], name="vip").json()["items"][0]["tag"]
    doors = [
        put_on(ana, desk.ids["b"], name="x"),
        ana.get(f"{V1}/customers/{desk.ids['b']}/tags"),
        ana.delete(f"{V1}/customers/{desk.ids['b']}/tags/{made['tag_id']}"),
    ]
    assert [door.status_code for door in doors] == [404] * len(doors)


def test_counts_are_of_customers_that_the_asker_may_see(desk):
    put_on(desk.client(desk.ana), desk.ids["a"], name="vip")
    put_on(desk.client(desk.sol), desk.ids["b"], name="vip")
    counted = {"params": {"count": True}}
    assert desk.client(desk.ana).get(f"{V1}/tags", **counted).json()["items"][0]["customers"] == 1
    assert desk.client().get(f"{V1}/tags", **counted).json()["items"][0]["customers"] == 2


def test_renaming_holds_everywhere_and_the_second_is_told(desk):
    ana, boss = desk.client(desk.ana), desk.client(desk.person("Mia", "manager"))
    made = put_on(ana, desk.ids["a"], name="vpi").json()["items"][0]["tag"]
    path = f"{V1}/tags/{made['tag_id']}"
    put = {"json": {"name": "VIP", "colour": "gold"}, "headers": {"If-Match": '"1"'}}
    assert error_of(ana.put(path, **put)) == "not_allowed"
    assert boss.put(path, **put).json()["colour"] == "gold"
    assert boss.put(path, **put).status_code == 412
    assert names(ana, desk.ids["a"]) == ["VIP"]
    other = boss.post(f"{V1}/tags", json={"name": "other"})
    clash = boss.put(f"{V1}/tags/{other.json()['tag_id']}", json={"name": "vip"}, headers=etag(other))
    assert error_of(clash) == "conflict"


def test_merging_leaves_one_tag_on_all_customers_of_both(desk):
    full = desk.client()
    first = put_on(full, desk.ids["a"], name="vip").json()["items"][0]["tag"]
    put_on(full, desk.ids["a"], name="very important")
    second = put_on(full, desk.ids["b"], name="very important").json()["items"][0]["tag"]
    path = f"{V1}/tags/{second['tag_id']}/merge"
    assert full.post(path, json={"into": second["tag_id"]}, headers={"If-Match": '"1"'}).status_code == 422
    merged = full.post(path, json={"into": first["tag_id"]}, headers={"If-Match": '"1"'})
    assert merged.json()["name"] == "vip"
    assert names(full, desk.ids["a"]) == names(full, desk.ids["b"]) == ["vip"]
    assert len(full.get(f"{V1}/tags").json()["items"]) == 1


def test_deleting_says_from_how_many_it_was_removed(desk):
    full = desk.client()
    made = put_on(full, desk.ids["a"], name="vip").json()["items"][0]["tag"]
    put_on(full, desk.ids["b"], name="vip")
    answer = full.delete(f"{V1}/tags/{made['tag_id']}", headers={"If-Match": '"1"'})
    assert answer.json() == {"customers": 2}
    assert names(full, desk.ids["a"]) == []
    with desk.database.read() as connection:
        assert connection.execute(sa.select(customer_tag)).all() == []


def test_many_customers_are_tagged_at_once_but_none_out_of_scope(desk):
    ids = desk.customers(*"abcdefgh", regions={"b": "south", "d": "south"})
    made = desk.run(create_tag, desk.ana, "bulk")
    every = [*ids.values(), "cus_none"]
    done = desk.run(tag_customers, desk.ana, every, [made.tag_id])
    assert done.customers == 6
    assert set(done.not_found) == {ids["b"], ids["d"], "cus_none"}
    again = desk.run(tag_customers, desk.ana, sa.select(profile_summary.c.customer_id), [made.tag_id])
    assert again.customers == 0
    with desk.database.read() as connection:
        found = set(connection.execute(tagged_customers(["BULK"])).scalars())
    assert found == {owner for name, owner in ids.items() if name not in "bd"}
    off = desk.run(tag_customers, desk.ana, list(ids.values()), remove=[made.tag_id])
    assert off.customers == 6
    with desk.database.read() as connection:
        assert connection.execute(sa.select(customer_tag)).all() == []


def test_tags_follow_a_merge_and_come_back(desk):
    ids = desk.customers("p", "q r")
    full = desk.client()
    put_on(full, ids["p"], name="of p")
    of_q = put_on(full, ids["q"], name="of q").json()["items"][0]["tag"]
    merged = desk.customers("p q r")
    assert names(full, merged["p"]) == ["of p", "of q"]
    with desk.database.read() as connection:
        assert set(connection.execute(tagged_customers(["of q"])).scalars()) == {merged["p"]}
    desk.customers("p", "q r")
    assert names(full, ids["p"]) == ["of p"]
    assert names(full, ids["q"]) == ["of q"]
    desk.customers("p q r")
    assert full.delete(f"{V1}/customers/{ids['p']}/tags/{of_q['tag_id']}").status_code == 204
    assert names(full, ids["p"]) == ["of p"]


def test_a_tag_that_cannot_be_read_is_refused(desk):
    full = desk.client()
    for name in ("", "\u200b", "x" * 61, "a\x00b"):
        assert error_of(full.post(f"{V1}/tags", json={"name": name})) == "invalid_input"
    with desk.database.read() as connection:
        assert connection.execute(sa.select(tag)).all() == []


def test_lists_find_customers_by_tags_of_ids_that_were_merged_in_however_often(desk):
    ids = desk.customers("p", "q", "r", "s")
    full = desk.client()
    for name in "pqr":
        put_on(full, ids[name], name=f"of {name}")
    desk.customers("p q", "r", "s")
    merged = desk.customers("p q r", "s")
    assert len({ids["p"], ids["q"], ids["r"], merged["p"]}) == 3

    def found(rule):
        page = full.get("/api/v1/customers", params={"filter": rule, "count": "exact", "fields": "tag"}).json()
        assert page["count"] == len(page["items"])
        return {one["customer_id"]: one["values"]["tag"] for one in page["items"]}

    all_tags = {merged["p"]: "of p, of q, of r"}
    rules = ['tag = "of p"', 'tag in ("of q", "none")', 'tag ~ "of r"', "tag is known", 'tag = "of p" and tag = "of r"']
    for rule in rules:
        assert found(rule) == all_tags, rule
    for rule in ('tag != "of p"', 'tag not in ("of q")', "tag is unknown"):
        assert found(rule) == {ids["s"]: None}, rule
    facet = full.get("/api/v1/customers/facets", params={"attribute": "tag"}).json()
    assert {one["value"]: one["customers"] for one in facet["items"]} == {"of p": 1, "of q": 1, "of r": 1}
    desk.customers("p", "q", "r", "s")
    assert found('tag = "of q"') == {ids["q"]: "of q"}

"""The named SQL steps that turn the values of a set of customers into profiles; ``rules.py`` says what wins.

Inputs: ``main.record``, ``main.record_value``, ``main.event``, ``main.customer_subject``, and four relations that
``publish.py`` prepares: ``unify_rule`` (attribute, criteria, …), ``unify_label`` (the attribute that each column of
each meaning is), ``unify_source`` (source, priority), and ``unify_chosen`` (the customers to compute). Steps are
temporary tables; JSON is written without empty members, members in a fixed order.
"""

from __future__ import annotations

from onefold.profiles.rules import CONTRADICTING, ROLE_MAILBOXES

_ROLE_LIST = ", ".join(f"'{name}'" for name in sorted(ROLE_MAILBOXES))
_CONTRADICTING = ", ".join(f"'{name}'" for name in CONTRADICTING)
_CUT = 1000  # characters of a value that a profile keeps; the record keeps them all
_BEHIND = 100_000  # puts what fits less behind everything that fits
_PLACES = """to_json(list_filter(
                    range(0, length(bin(r.holders)) - 1), lambda place: (r.holders >> (place + 1)) & 1 = 1
                ))"""  # of the records that hold a value: one bit each, from 1 on, by how new they are
_OTHERS = 20  # values that lost, shown per attribute; the rest is counted

NAME_BUNDLE, ADDRESS_BUNDLE, WHOLE_NAME = 1, 2, 3
"""``bundle_no``: parts of a name, parts of an address, and whole names, which go by their record's name."""


def _is_proper(text: str) -> str:
    """Neither shouted nor mumbled; scripts without case are always proper."""
    return f"(({text} <> upper({text}) and {text} <> lower({text})) or upper({text}) = lower({text}))"


def _moment(value: str) -> str:
    """ISO 8601, without the time where it is midnight (the source then knew only a date)."""
    return f"replace(strftime({value}, '%Y-%m-%dT%H:%M:%SZ'), 'T00:00:00Z', '')"


UNIFY_STEPS = {
    "unify_subject": f"""
        -- grain: one row per subject of a chosen customer, numbered; recency 1 is the newest, most trusted record
        select
            s.subject_id,
            s.customer_id,
            c.row_no::integer as customer_no,
            r.source,
            r.display_name,
            coalesce(r.updated_at, r.created_at) as observed_at,
            r.created_at,
            r.updated_at,
            coalesce(p.priority, 100)::integer as priority,
            (row_number() over ())::integer as subject_no,
            (row_number() over (
                partition by c.row_no
                order by coalesce(r.updated_at, r.created_at) desc nulls last, coalesce(p.priority, 100), s.subject_id
            ))::integer as recency,
            r.given_name,
            r.family_name,
            r.street,
            r.house_number,
            r.city,
            r.region,
            r.postcode,
            r.country,
            '{{"source":' || to_json(r.source) || ',"table":' || to_json(r.table_name)
                || ',"record_key":' || to_json(r.record_key)
                || coalesce(',"observed_at":"' || {_moment("coalesce(r.updated_at, r.created_at)")} || '"', '') || '}}'
                as record_json
        from main.customer_subject s
        join unify_chosen c using (customer_id)
        join main.record r using (subject_id)
        left join unify_source p on p.source = r.source""",
    "unify_value": f"""
        -- grain: one row per subject, attribute and position that holds a value
        select
            (row_number() over ())::integer as value_no,
            s.customer_no,
            s.subject_no,
            s.recency,
            s.priority,
            s.observed_at,
            l.label_no,
            l.column_no,
            l.bundle_no,
            v.position,
            left(v.value, {_CUT}) as value,
            coalesce(v.compare_value, v.value) as compare_value,
            case when v.raw is distinct from v.value then left(v.raw, {_CUT}) end as raw
        from main.record_value v
        join unify_subject s using (subject_id)
        join unify_label l on l.attribute = v.attribute and l.column_name = v.column_name
        where v.value is not null""",
    "unify_verified": """
        -- grain: one row per subject and meaning that a system says is verified
        select distinct
            v.subject_no,
            case when regexp_matches(lower(l.column_name), 'mail') then 'email' else 'phone' end as meaning
        from unify_value v
        join unify_label l using (column_no)
        where l.meaning = 'flag'
            and v.value = 'yes'
            and regexp_matches(lower(l.column_name), 'verif|confirm|valid')
            and regexp_matches(lower(l.column_name), 'mail|phone|mobile|tel|sms')""",
    "unify_full_name": """
        -- grain: one row per customer and name; how many of its records agree, a shorter name with a fuller one that
        -- holds all its words in the same places
        with names as (
            select
                customer_no,
                given_name,
                family_name,
                string_split(coalesce(given_name, ''), ' ') as given_words,
                string_split(coalesce(family_name, ''), ' ') as family_words,
                count(*) as records
            from unify_subject
            where coalesce(given_name, family_name) is not null
            group by all
        )
        select
            a.customer_no,
            a.given_name,
            a.family_name,
            sum(b.records) as agreeing
        from names a
        join names b
            on b.customer_no = a.customer_no
            and (b.given_name is null or list_has_all(a.given_words, b.given_words))
            and (b.family_name is null or list_has_all(a.family_words, b.family_words))
        group by all""",
    "unify_name": f"""
        -- grain: one row per subject; how good its name is, and its place among the customer's names
        with judged as (
            select
                subject_no,
                s.customer_no,
                recency,
                s.given_name,
                s.family_name,
                display_name,
                (length(s.given_name) > 1 and s.family_name is not null)::int
                    + (display_name is not null)::int as completeness,
                coalesce(f.agreeing, count(*) over (
                    partition by s.customer_no, s.given_name, s.family_name, lower(display_name)
                )) as frequency,
                coalesce({_is_proper("display_name")}, false)::int as is_proper,
                priority
            from unify_subject s
            left join unify_full_name f
                on f.customer_no = s.customer_no
                and f.given_name is not distinct from s.given_name
                and f.family_name is not distinct from s.family_name
        )
        select
            *,
            [completeness, frequency, is_proper, -priority, -recency]::double[] as keys,
            row_number() over (
                partition by customer_no
                order by completeness desc, frequency desc, is_proper desc, priority, recency
            ) as place
        from judged""",
    "unify_address": """
        -- grain: one row per subject; how good its address is, and its place among the customer's addresses
        with judged as (
            select
                *,
                (street is not null)::int * 2 + (coalesce(city, postcode) is not null)::int
                    + (coalesce(street, city, postcode, region, country) is not null)::int as completeness,
                count(*) over (partition by customer_no, street, house_number, city, postcode) as frequency,
                coalesce(epoch(observed_at), -1e18) as seen
            from unify_subject
        )
        select
            subject_no,
            customer_no,
            city,
            region,
            postcode,
            country,
            [completeness, seen, frequency, -priority]::double[] as keys,
            row_number() over (
                partition by customer_no
                order by completeness desc, seen desc, frequency desc, priority, recency
            ) as place
        from judged""",
    "unify_bundle": f"""
        -- grain: one row per subject and bundle of which it holds a part: its place, and whether it may complete the
        -- bundle of the record in the first place (nothing in it contradicts that one). A whole name is judged with
        -- its record's name and completes nothing.
        with holders as (
            select distinct v.customer_no, v.subject_no, v.bundle_no
            from unify_value v
            join unify_label l using (column_no)
            where v.bundle_no = {ADDRESS_BUNDLE} or l.meaning in ('given_name', 'family_name')
        ),
        names as (
            select
                h.subject_no,
                n.place,
                n.keys,
                first_value(n.given_name) over w as given_first,
                first_value(n.family_name) over w as family_first,
                n.given_name,
                n.family_name
            from holders h
            join unify_name n using (subject_no)
            where h.bundle_no = {NAME_BUNDLE}
            window w as (partition by h.customer_no order by n.place)
        ),
        addresses as (
            select
                h.subject_no,
                a.place,
                a.keys,
                a.city, first_value(a.city) over w as city_first,
                a.region, first_value(a.region) over w as region_first,
                a.postcode, first_value(a.postcode) over w as postcode_first,
                a.country, first_value(a.country) over w as country_first
            from holders h
            join unify_address a using (subject_no)
            where h.bundle_no = {ADDRESS_BUNDLE}
            window w as (partition by h.customer_no order by a.place)
        )
        select
            subject_no,
            {NAME_BUNDLE}::tinyint as bundle_no,
            place,
            keys,
            coalesce(given_name = given_first, true) and coalesce(family_name = family_first, true) as fits
        from names
        union all
        select
            subject_no,
            {ADDRESS_BUNDLE}::tinyint,
            place,
            keys,
            coalesce(city = city_first, true)
                and coalesce(region = region_first, true)
                and coalesce(postcode = postcode_first, true)
                and coalesce(country = country_first, true)
        from addresses
        union all
        select subject_no, {WHOLE_NAME}::tinyint, place, keys, null from unify_name""",
    "unify_group": f"""
        -- grain: one row per customer, attribute and value that means the same; value_no is its best writing
        with placed as (
            select
                v.*,
                f.subject_no is not null as is_verified,
                b.fits,
                case
                    when b.place is not null and coalesce(b.fits, true) then b.place
                    when b.place is not null then {_BEHIND} + b.place
                    when v.bundle_no is not null then {2 * _BEHIND} + v.recency
                    when {_is_proper("v.value")} then v.recency
                    else {_BEHIND} + v.recency
                end as place
            from unify_value v
            left join unify_bundle b on b.subject_no = v.subject_no and b.bundle_no = v.bundle_no
            left join (
                select distinct f.subject_no, l.label_no
                from unify_verified f
                join unify_label l using (meaning)
            ) f on f.subject_no = v.subject_no and f.label_no = v.label_no
        )
        select
            customer_no,
            label_no,
            compare_value,
            -- distinct records without the cost of counting distinct: one bit each, by their place in the customer
            bit_count(bit_or(1::bigint << recency) filter (recency < 62)) + count(*) filter (recency >= 62) as records,
            bit_or(1::bigint << recency) filter (recency < 62) as holders,
            max(observed_at) as newest,
            min(priority) as priority,
            bool_or(is_verified) as is_verified,
            max(fits::tinyint) as fits,
            arg_min(value_no, place::bigint * 1000 + least(position, 999)) as value_no
        from placed
        group by customer_no, label_no, compare_value""",
    "unify_rivals": """
        -- grain: one row per customer and attribute; how many values it has. A part of a name or address that no
        -- fitting record holds stays out: halves are never mixed
        select
            customer_no,
            label_no,
            count(*) as rivals
        from unify_group
        group by customer_no, label_no
        having coalesce(max(fits), 1) = 1""",
    "unify_weighed": f"""
        -- grain: as unify_group, where there is a choice; keys are the rule's criteria as numbers, greater is better
        with choices as (
            select g.*, r.rivals, v.value, b.keys as bundle_keys, l.meaning
            from unify_group g
            join unify_rivals r using (customer_no, label_no)
            join unify_value v using (value_no)
            join unify_label l using (column_no)
            left join unify_bundle b on b.subject_no = v.subject_no and b.bundle_no = v.bundle_no
            where r.rivals > 1
        )
        select
            g.customer_no,
            g.label_no,
            g.compare_value,
            g.value_no,
            g.records,
            g.holders,
            g.rivals,
            t.criteria,
            case
                when t.bundle is not null then list_concat([coalesce(g.fits, 0)::double], g.bundle_keys)
                when g.meaning = 'full_name' then g.bundle_keys
                else list_transform(t.criteria, lambda name: case name
                    when 'verified' then g.is_verified::int
                    when 'personal' then (split_part(lower(g.compare_value), '@', 1) not in ({_ROLE_LIST}))::int
                    when 'newest' then coalesce(epoch(g.newest), -1e18)
                    when 'most_frequent' then g.records
                    when 'most_precise' then length(g.compare_value)
                    when 'most_complete' then len(string_split(g.value, ' ')) * 1000 + length(g.value)
                    when 'properly_cased' then {_is_proper("g.value")}::int
                    when 'source_priority' then -g.priority
                    when 'earliest' then -coalesce(epoch(try_cast(g.compare_value as timestamp)), 1e18)
                    when 'latest' then coalesce(epoch(try_cast(g.compare_value as timestamp)), -1e18)
                    else 0
                end::double)
            end as keys
        from choices g
        join unify_rule t on t.attribute = g.meaning""",
    "unify_ranked": """
        -- grain: one row per customer, attribute and value; rank 1 is chosen; reason is the criterion by which a value
        -- loses to the chosen one (rank 1: by which it beats the next)
        with ranked as (
            select
                *,
                row_number() over w as rank,
                first_value(keys) over w as better,
                case when row_number() over w = 1 then lead(keys) over w else keys end as worse
            from unify_weighed
            window w as (partition by customer_no, label_no order by keys desc, compare_value)
        )
        select
            customer_no,
            label_no,
            value_no,
            records,
            holders,
            rivals,
            rank,
            case
                -- a better record lost, because what it says contradicts the rest of the name or address
                when criteria[1] = 'same_record' and better[2:] < worse[2:] then 'same_record'
                else coalesce(
                    list_filter(
                        list_zip(criteria, better, worse),
                        lambda k: k[1] <> 'same_record' and k[2] <> k[3]
                    )[1][1],
                    'alphabet'
                )
            end as reason
        from ranked
        union all
        select g.customer_no, g.label_no, g.value_no, g.records, g.holders, 1, 1, 'only_value'
        from unify_group g
        join unify_rivals r using (customer_no, label_no)
        where r.rivals = 1""",
    "unify_written": f"""
        -- grain: as unify_ranked; json holds the members that chosen values and others share
        select
            r.customer_no,
            r.label_no,
            r.rank,
            r.rivals,
            r.reason,
            v.value,
            '"value":' || to_json(v.value) || ',"record":' || (v.recency - 1)
                || case when r.records > 1 then ',"in":' || {_PLACES} else '' end
                || case when r.records > bit_count(r.holders) then ',"records":' || r.records else '' end
                || ',"column":' || l.column_json
                || coalesce(',"raw":' || to_json(v.raw), '') as json
        from unify_ranked r
        join unify_value v using (value_no)
        join unify_label l using (column_no)
        where r.rank <= {_OTHERS} + 1""",
    "unify_losers": """
        -- grain: one row per customer and attribute with a choice
        select
            customer_no,
            label_no,
            string_agg('{' || json || ',"why_lost":"' || reason || '"}', ',' order by rank) as others
        from unify_written
        where rank > 1
        group by customer_no, label_no""",
    "unify_attribute": f"""
        -- grain: one row per customer and attribute; the JSON member of the profile
        select
            w.customer_no,
            l.place,
            l.label_json || ':{{' || w.json
                || case when w.rivals = 1 then '' else ',"rule":"' || w.reason || '","others":[' || o.others || ']' end
                || case when w.rivals > {_OTHERS} + 1 then ',"more":' || (w.rivals - {_OTHERS} - 1) else '' end
                || '}}' as member
        from unify_written w
        join (select distinct label_no, label_json, place from unify_label) l using (label_no)
        left join unify_losers o using (customer_no, label_no)
        where w.rank = 1""",
    "unify_contradiction": f"""
        -- grain: one row per customer and attribute of which it has one value and its records say several; a whole
        -- name where its parts agree: else they are what there is to decide
        with contradicted as (
            select r.customer_no, r.label_no, r.rivals, l.label, l.meaning
            from unify_rivals r
            join (
                select distinct label_no, label, meaning from unify_label where meaning in ({_CONTRADICTING})
            ) l using (label_no)
            where r.rivals > 1
        )
        select
            c.customer_no,
            c.label_no,
            any_value(c.label) as attribute,
            any_value(c.rivals)::integer as values_count,
            ' ' || string_agg(distinct s.source, ' ' order by s.source) || ' ' as systems
        from contradicted c
        join unify_value v using (customer_no, label_no)
        join unify_subject s using (subject_no)
        where c.meaning <> 'full_name'
            or not exists (
                from contradicted part
                where part.customer_no = c.customer_no and part.meaning in ('given_name', 'family_name')
            )
        group by c.customer_no, c.label_no""",
    "unify_record": """
        -- grain: one row per customer; its records as JSON, at the places by which values name them
        select customer_no, string_agg(record_json, ',' order by recency) as records
        from unify_subject
        group by customer_no""",
}

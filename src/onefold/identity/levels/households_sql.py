"""The named SQL steps that say who lives with whom; the rules are in the package's docstring.

Inputs: those of ``organisations_sql.py`` and the steps there. People meet in *ties*: a home and a surname, a home and a
phone, and so on; everybody who has the same tie lives together, so no pair is ever built and cost is linear.
"""

from __future__ import annotations

_MOST_FAMILIES = 4  # different surnames at one address, phone or mailbox beyond which it is no family's
_MOST_PEOPLE = 20  # customers beyond which it is nobody's home, whatever their names
_CHANCE = 0.05  # expected namesakes at a crowded address below which a shared surname says something there
_GENDERED = r"^(.{3,}?)(?:ova|ov|eva|ev|skaya|ska|skiy|skyi|ski|sky|ou|os|is|as|es|i|a)$"
"""Endings by which surnames of one family differ in Greek and in Slavic languages."""
_FLAT = (
    r"(?:apt|apartment|appt|flat|unit|suite|ste|room|rm|piso|pis|puerta|pta|wohnung|whg|diam|vahed|室|单元|#|/)\.? ?"
    r"([a-z]?\d{1,4}[a-z]?)\b"
)

HOUSEHOLD_STEPS = {
    "level_flat": f"""
        -- grain: one row per record of a person that names a flat
        select v.subject_id, min(flat) as flat
        from (
            select
                subject_id,
                case when attribute = 'address_extra'
                    then regexp_extract(lower(value), '([a-z]?[0-9]{{1,4}}[a-z]?)\\b', 1)
                    else regexp_extract(lower(coalesce(raw, value)), '[ ,0-9]{_FLAT}', 1) end as flat
            from main.record_value
            where attribute in ('street', 'address', 'address_extra') and value is not null
        ) v
        semi join level_person p using (subject_id)
        where flat <> ''
        group by v.subject_id""",
    "level_place": """
        -- grain: one row per record of a person with a whole address; rank 1 is where it lives now, for all we know
        select
            customer_id,
            subject_id,
            concat_ws('|', country, coalesce(postcode, city), street, house_number) as place,
            street,
            house_number,
            postcode,
            family_name,
            flat,
            row_number() over (partition by customer_id order by seen_at desc nulls last, subject_id) as rank
        from level_person
        left join level_flat using (subject_id)
        where street is not null and house_number is not null and coalesce(postcode, city) is not null""",
    "level_home": """
        -- grain: one row per record of a person that says where it lives now, be it with a slip of the pen
        select p.*
        from level_place p
        join level_place n on n.customer_id = p.customer_id and n.rank = 1
        where
            p.house_number = n.house_number
            and (p.street = n.street or p.postcode = n.postcode)""",
    "level_surname": f"""
        -- grain: one row per person and word of its surnames, without the ending that differs between men and women
        select customer_id, word, arg_min(name, subject_id) as name, min(subject_id) as subject_id
        from (
            select customer_id, subject_id, name, regexp_replace(name, '{_GENDERED}', '\\1') as word
            from (
                select customer_id, subject_id, unnest(string_split(family_name, ' ')) as name
                from level_person where family_name is not null
            )
        )
        where length(word) > 1
        group by customer_id, word""",
    "level_family": """
        -- grain: one row per person; the surname that most of its records have
        select customer_id, arg_min(family_name, (-records, family_name)) as family_name
        from (
            select customer_id, family_name, count(*) as records
            from level_person
            where family_name is not null
            group by customer_id, family_name
        )
        group by customer_id""",
    "level_commonness": """
        -- grain: one row per word of surnames; the share of people who bear it
        select word, count(*) / (select count(distinct customer_id) from level_surname) as share
        from level_surname
        group by word""",
    "level_employer": """
        -- grain: one row per person and organisation it works for, or the bare name of one
        select customer_id, organisation_id as employer from level_membership
        union
        select customer_id, company from level_person where company is not null""",
    "level_value": """
        -- grain: one row per person and address, phone or mailbox of its own
        select 'home' as kind, place as value, customer_id, min(subject_id) as subject_id
        from level_home group by place, customer_id
        union all
        select 'phone', phone, customer_id, min(subject_id)
        from (select customer_id, subject_id, unnest(phones) as phone from level_person)
        group by phone, customer_id
        union all
        select 'mailbox', email, customer_id, min(subject_id)
        from (select customer_id, subject_id, unnest(emails) as email from level_person)
        group by email, customer_id""",
    "level_of_office": """
        -- grain: one row per address, phone or mailbox that is an organisation's own, or on its domain
        select 'home' as kind, concat_ws('|', country, coalesce(postcode, city), street, house_number) as value
        from level_organisation
        where street is not null and house_number is not null and coalesce(postcode, city) is not null
        union
        select 'phone', unnest(phones) from level_organisation
        union
        select 'mailbox', unnest(emails) from level_organisation
        union
        select 'mailbox', email
        from (select distinct unnest(emails) as email from level_person)
        semi join level_domain d on d.domain = split_part(email, '@', 2)""",
    "level_colleagues": """
        -- grain: one row per address, phone or mailbox; the most different surnames of people there with one employer
        select kind, value, max(surnames) as surnames
        from (
            select v.kind, v.value, e.employer, count(distinct p.family_name) as surnames
            from level_value v
            join level_employer e using (customer_id)
            join level_family p using (customer_id)
            group by v.kind, v.value, e.employer
        )
        group by kind, value""",
    "level_use": """
        -- grain: one row per address, phone or mailbox of several people; how many, and of how many surnames
        select v.kind, v.value, count(*) as people, count(distinct p.family_name) as surnames
        from level_value v
        left join level_family p using (customer_id)
        group by v.kind, v.value
        having count(*) > 1""",
    "level_shared": f"""
        -- grain: one row per address, phone or mailbox that a household may share; crowded where many families do
        select
            u.kind,
            u.value,
            u.people,
            u.surnames > {_MOST_FAMILIES} or u.people > {_MOST_PEOPLE} as is_crowded
        from level_use u
        left join level_colleagues c using (kind, value)
        anti join level_of_office o using (kind, value)
        where coalesce(c.surnames, 0) < case u.kind when 'home' then 3 else 2 end
            and (u.kind = 'home' or (u.surnames <= {_MOST_FAMILIES} and u.people <= {_MOST_PEOPLE}))""",
    "level_flats": """
        -- grain: one row per address of which people name different flats
        select place
        from level_home
        where flat is not null
        group by place
        having count(distinct flat) > 1""",
    "level_of_flat": f"""
        -- grain: one row per flat of such an address; how many live there, and whether too many families do
        select
            h.place,
            h.flat,
            count(distinct h.customer_id) as people,
            count(distinct p.family_name) > {_MOST_FAMILIES} or count(distinct h.customer_id) > {_MOST_PEOPLE}
                as is_crowded
        from level_home h
        semi join level_flats using (place)
        left join level_family p using (customer_id)
        where h.flat is not null
        group by h.place, h.flat""",
    "level_dwelling": """
        -- grain: one row per person and home: its address, and the flat where there are several
        select
            h.customer_id,
            h.place,
            min(h.subject_id) as subject_id,
            min(h.flat) as flat,
            bool_or(f.place is not null) as has_flats,
            bool_or(coalesce(o.is_crowded, s.is_crowded)) as is_crowded,
            min(coalesce(o.people, s.people)) as people
        from level_home h
        join level_shared s on s.kind = 'home' and s.value = h.place
        left join level_flats f using (place)
        left join level_of_flat o on o.place = h.place and o.flat = h.flat
        group by h.customer_id, h.place""",
    "level_written": """
        -- grain: one row per record that says where its person lives; the address as it writes it
        select
            subject_id,
            concat_ws(
                ', ',
                concat_ws(
                    ' ',
                    arg_min(value, position) filter (attribute = 'street'),
                    arg_min(value, position) filter (attribute = 'house_number')
                ),
                concat_ws(
                    ' ',
                    arg_min(value, position) filter (attribute = 'postcode'),
                    arg_min(value, position) filter (attribute = 'city')
                )
            ) as written
        from main.record_value
        semi join level_dwelling using (subject_id)
        where attribute in ('street', 'house_number', 'postcode', 'city') and value is not null
        group by subject_id""",
    "level_tie": f"""
        -- grain: one row per person and tie that it might share
        select
            d.customer_id,
            'home+surname' as kind,
            concat_ws('|', d.place, case when d.has_flats then d.flat end, s.word) as tie,
            {{'address': w.written, 'surname': s.name}}::json::varchar as value,
            [d.subject_id, s.subject_id] as subjects
        from level_dwelling d
        join level_written w on w.subject_id = d.subject_id
        join level_surname s using (customer_id)
        join level_commonness c using (word)
        where (not d.has_flats or d.flat is not null)
            and (not d.is_crowded or d.people * c.share <= {_CHANCE})
        union all
        select
            d.customer_id,
            'home+' || v.kind,
            concat_ws('|', d.place, v.value),
            case v.kind
                when 'phone' then {{'address': w.written, 'phone': v.value}}::json::varchar
                else {{'address': w.written, 'mailbox': v.value}}::json::varchar
            end,
            [d.subject_id, v.subject_id]
        from level_dwelling d
        join level_written w on w.subject_id = d.subject_id
        join level_value v using (customer_id)
        semi join level_shared s on s.kind = v.kind and s.value = v.value
        where v.kind <> 'home'
        union all
        select
            v.customer_id,
            v.kind || '+surname',
            concat_ws('|', v.value, n.word),
            case v.kind
                when 'phone' then {{'phone': v.value, 'surname': n.name}}::json::varchar
                else {{'mailbox': v.value, 'surname': n.name}}::json::varchar
            end,
            [v.subject_id, n.subject_id]
        from level_value v
        join level_surname n using (customer_id)
        semi join level_shared s on s.kind = v.kind and s.value = v.value
        where v.kind <> 'home'""",
    "level_bond": """
        -- grain: one row per person and tie that it shares with somebody
        select t.*, p.customer_id is not null as has_home
        from level_tie t
        semi join (select kind, tie from level_tie group by kind, tie having count(distinct customer_id) > 1) x
            using (kind, tie)
        left join (select distinct customer_id from level_place) p using (customer_id)""",
}
"""Relation -> query, in order; ``households.py`` then finds ``level_group`` (customer_id, group_no)."""

JOINING_STEPS = {
    "level_alone": """
        -- grain: one row per person with a home of its own and a phone or mailbox that others have too
        select customer_id, -row_number() over (order by customer_id) as group_no
        from (select distinct customer_id from level_bond where has_home)
        anti join level_group using (customer_id)""",
    "level_joining": """
        -- grain: one row per person without a home whose phone or mailbox, and surname, lead to people of one home
        select b.customer_id, min(g.group_no) as group_no
        from level_bond b
        join level_bond o on o.kind = b.kind and o.tie = b.tie and o.customer_id <> b.customer_id
        join (from level_group union all from level_alone) g on g.customer_id = o.customer_id
        where not b.has_home
        group by b.customer_id
        having count(distinct g.group_no) = 1""",
    "level_bond_left": """
        -- grain: one row per tie of a person without a home that nobody with one shares
        select *
        from level_bond
        anti join level_joining using (customer_id)
        where not has_home""",
}
"""Relation -> query, in order: after people with a home are joined (``level_group``: customer_id, group_no)."""

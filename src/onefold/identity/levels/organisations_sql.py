"""The named SQL steps that say which person belongs to which organisation; the rules are in the package's docstring.

Inputs: ``main.record``, ``main.record_value``, ``main.customer_subject``, ``main.organisation_key`` (explicit keys,
``keys.py``) and ``level_public`` (domain: the great public mail providers). Steps are temporary tables.
"""

from __future__ import annotations

from onefold.identity.levels.strength import BELONGING, strength_sql

_CROWD = 0.005  # share of all people with a mailbox above which a domain nobody vouches for is a public provider
_FEW = 20  # people on a domain below which it is never called public for its size
_VOUCHED = 0.8  # share of a domain's people of known employer who name the one it belongs to

ORGANISATION_STEPS = {
    "level_person": """
        -- grain: one row per record of a person
        select
            s.customer_id,
            r.subject_id,
            r.family_name,
            r.emails,
            r.phones,
            r.company,
            r.country,
            r.street,
            r.house_number,
            r.postcode,
            r.city,
            r.created_at,
            coalesce(r.updated_at, r.created_at) as seen_at
        from main.customer_subject s
        join main.record r using (subject_id)
        where s.kind = 'person' and r.kind = 'person'""",
    "level_organisation": """
        -- grain: one row per record of an organisation
        select
            s.customer_id as organisation_id,
            r.subject_id,
            r.company,
            r.domain,
            r.emails,
            r.phones,
            r.country,
            r.street,
            r.house_number,
            r.postcode,
            r.city
        from main.customer_subject s
        join main.record r using (subject_id)
        where s.kind = 'organisation' and r.kind = 'organisation'""",
    "level_name": """
        -- grain: one row per name and organisation that bears it, with its countries (none: unknown)
        select
            company,
            organisation_id,
            list(distinct country) filter (country is not null) as countries,
            count(*) over (partition by company) as bearers
        from level_organisation
        where company is not null
        group by company, organisation_id""",
    "level_address": """
        -- grain: one row per record of a person and domain of a mailbox
        select distinct customer_id, subject_id, split_part(email, '@', 2) as domain
        from (select customer_id, subject_id, unnest(emails) as email from level_person)
        where contains(email, '@')""",
    "level_said": """
        -- grain: one row per record of a person and organisation that a key or a name points at; a name that several
        -- bear means the one in the record's country, or nobody
        select p.customer_id, p.subject_id, s.customer_id as organisation_id, 'key' as how, k.target as value
        from main.organisation_key k
        join level_person p using (subject_id)
        join main.customer_subject s on s.subject_id = k.target
        where s.kind = 'organisation' and k.kind = 'member'
        union all
        select p.customer_id, p.subject_id, n.organisation_id, 'name', p.company
        from level_person p
        join level_name n using (company)
        qualify
            n.bearers = 1
            or (
                list_contains(n.countries, p.country)
                and count(*) filter (list_contains(n.countries, p.country)) over (partition by p.subject_id) = 1
            )""",
    "level_claimed": """
        -- grain: one row per domain and organisation whose own records name it, as their site's or a mailbox's
        select distinct domain, organisation_id
        from (
            select domain, organisation_id from level_organisation where domain is not null
            union all
            select split_part(email, '@', 2), organisation_id
            from (select organisation_id, unnest(emails) as email from level_organisation)
        )
        where domain <> ''""",
    "level_crowd": f"""
        -- grain: one row per domain; how many people have a mailbox there, and whether that alone makes it public
        select
            domain,
            count(distinct customer_id) as people,
            count(distinct customer_id)
                > greatest({_FEW}, {_CROWD} * (select count(distinct customer_id) from level_address)) as is_crowd
        from level_address
        group by domain""",
    "level_voice": """
        -- grain: one row per domain and organisation that people with a mailbox there say they belong to
        select
            domain,
            organisation_id,
            count(distinct customer_id) as people,
            sum(count(distinct customer_id)) over (partition by domain) as voices
        from level_address a
        join (select distinct customer_id, organisation_id from level_said) s using (customer_id)
        group by domain, organisation_id""",
    "level_domain": f"""
        -- grain: one row per domain that belongs to one organisation: it says so itself and no other does, or most of
        -- its people do
        with alone as (
            select domain, min(organisation_id) as organisation_id
            from level_claimed
            group by domain
            having count(*) = 1
        ),
        judged as (
            select
                domain,
                organisation_id,
                a.domain is not null as is_claimed,
                coalesce(v.people, 0) as people,
                coalesce(v.voices, 0) as voices,
                coalesce(c.people, 0) as all_people,
                coalesce(c.is_crowd, false) as is_crowd
            from alone a
            full join level_voice v using (domain, organisation_id)
            left join level_crowd c using (domain)
        )
        select domain, organisation_id
        from judged j
        anti join level_public p using (domain)
        where
            case
                when voices > 0 then
                    people >= {_VOUCHED} * voices
                    and (is_claimed or (people >= 2 and not exists (from level_claimed x where x.domain = j.domain)))
                    and (people >= 0.3 * all_people or (is_claimed and not is_crowd))
                else is_claimed and not is_crowd
            end
        qualify row_number() over (partition by domain order by is_claimed desc, people desc, organisation_id) = 1""",
    "level_evidence": """
        -- grain: one row per person, organisation, way of saying so and value; its newest record
        select
            customer_id,
            organisation_id,
            how,
            value,
            arg_max(subject_id, (coalesce(seen_at, '1900-01-01'), subject_id)) as subject_id,
            min(created_at) as since,
            max(seen_at) as seen_at
        from (
            select * from level_said
            union all
            select a.customer_id, a.subject_id, d.organisation_id, 'domain', a.domain
            from level_address a
            join level_domain d using (domain)
        )
        join (select subject_id, created_at, seen_at from level_person) using (subject_id)
        group by customer_id, organisation_id, how, value""",
    "level_title": """
        -- grain: one row per record of a person that says what its work is
        select v.subject_id, arg_min(v.value, v.position) as role
        from main.record_value v
        semi join level_evidence e using (subject_id)
        where v.attribute = 'job_title' and v.value is not null
        group by v.subject_id""",
    "level_membership": f"""
        -- grain: one row per person and organisation it belongs to
        with joined as (
            select
                e.customer_id,
                e.organisation_id,
                arg_max(t.role, (coalesce(e.seen_at, '1900-01-01'), e.subject_id)) filter (t.role is not null) as role,
                arg_max(e.subject_id, (coalesce(e.seen_at, '1900-01-01'), e.subject_id)) as subject_id,
                min(e.since) as since,
                max(e.seen_at) as seen_at,
                {strength_sql(BELONGING, "list(e.how)")} as strength,
                to_json(list({{'kind': e.how, 'value': e.value, 'subject': e.subject_id}} order by e.how, e.value))
                    ::varchar as reasons
            from level_evidence e
            left join level_title t using (subject_id)
            group by e.customer_id, e.organisation_id
        )
        select
            *,
            row_number() over (
                partition by customer_id order by strength desc, seen_at desc nulls last, organisation_id
            ) = 1 as is_main
        from joined""",
    "level_link": """
        -- grain: one row per pair of organisations that a record connects, and how
        select
            a.customer_id as organisation_id,
            b.customer_id as other_id,
            k.kind,
            min(k.subject_id) as subject_id
        from main.organisation_key k
        join main.customer_subject a on a.subject_id = k.subject_id
        join main.customer_subject b on b.subject_id = k.target
        where
            k.kind in ('parent', 'related')
            and a.kind = 'organisation'
            and b.kind = 'organisation'
            and a.customer_id <> b.customer_id
        group by a.customer_id, b.customer_id, k.kind""",
}
"""Relation -> query, in order."""

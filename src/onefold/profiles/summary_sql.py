"""The named SQL steps that make what lists, filters and search read: summaries of profiles, and words of names.

Inputs and conventions as in ``unify_sql.py``; ``search_native`` (display_name, words) is prepared by ``publish.py``.
"""

from __future__ import annotations

SUMMARY_ATTRIBUTES = (
    "email",
    "phone",
    "company",
    "language",
    "country",
    "region",
    "city",
    "status",
    "tier",
    "owner",
)
"""Attributes with a column of their own in ``profile_summary``, under the same name."""

_DEPARTMENT = r"(^|[^\p{L}])(departa?ment|dept|departamento|abteilung|τμημα|τμήμα|部门|部門|بخش|واحد)([^\p{L}]|$)"
_CJK = r"[\x{3040}-\x{30ff}\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{ac00}-\x{d7a3}\x{f900}-\x{faff}]"
_LONGEST_TERM = 40  # characters of a word that are looked for
_LONGEST_RUN = 8  # characters of a run without spaces that are looked for


def _moment(document: str, path: str) -> str:
    return f"({document}->>'{path}')::timestamptz"


SUMMARIES_SQL = f"""
    -- grain: one row per chosen customer
    with labels as (
        select distinct
            label_no,
            case when regexp_matches(lower(column_name), '{_DEPARTMENT}') and meaning in ('category', 'other')
                then 'department' else label end as label
        from unify_label
    ),
    valued as (
        select
            w.customer_no,
            {", ".join(f"max(w.value) filter (l.label = '{name}') as {name}" for name in SUMMARY_ATTRIBUTES)},
            max(w.value) filter (l.label = 'department') as department
        from unify_written w
        join labels l using (label_no)
        where w.rank = 1
        group by w.customer_no
    ),
    named as (
        select
            n.customer_no,
            arg_min(n.display_name, n.place) filter (n.display_name is not null) as display_name,
            arg_min(
                case when regexp_matches(n.display_name, '{_CJK}')
                    then concat_ws(' ', n.family_name, n.given_name)
                    else concat_ws(' ', n.given_name, n.family_name) end,
                n.place
            ) filter (n.display_name is not null) as words
        from unify_name n
        group by n.customer_no
    )
    select
        c.customer_id,
        c.kind,
        n.display_name,
        coalesce(
            nullif(n.words, ''),
            nullif(trim(regexp_replace(strip_accents(lower(n.display_name)), '[^\\p{{L}}\\p{{N}}]+', ' ', 'g')), '')
        ) as sort_name,
        {", ".join(f"v.{name}" for name in SUMMARY_ATTRIBUTES if name != "owner")},
        coalesce(v.owner, t.traits->>'last_contact_with') as owner,
        v.department,
        {_moment("t.traits", "$.customer_since")} as customer_since,
        {_moment("t.traits", "$.last_seen")} as last_seen,
        {_moment("t.traits", "$.last_contact.at")} as last_contact_at,
        (t.traits->>'$.last_score.score')::double as last_score,
        (t.traits->>'$.open_tickets')::integer as open_tickets,
        (t.traits->>'$.orders.count')::integer as orders,
        coalesce(list_sum((t.traits->>'$.events.*')::integer[]), 0)::integer as events,
        (t.traits->>'$.records')::integer as records,
        json_array_length(t.traits, '$.systems')::integer as systems,
        s.confidence as identity_confidence,
        s.is_one as identity_is_one,
        s.is_whole as identity_is_whole
    from unify_chosen c
    join unify_traits t using (customer_id)
    left join unify_confidence s using (customer_id)
    left join named n on n.customer_no = c.row_no
    left join valued v on v.customer_no = c.row_no
    order by c.customer_id"""

NATIVE_NAMES_SQL = """
    -- grain: one row per name of an organisation that is not written in ASCII
    select distinct r.display_name
    from main.record r
    join main.customer_subject s using (subject_id)
    join unify_all c using (customer_id)
    where r.kind = 'organisation' and regexp_matches(r.display_name, '[^\\x00-\\x7f]')"""

TERMS_SQL = f"""
    -- grain: one row per term and customer
    with chosen as (
        select s.customer_id, r.kind, r.given_name, r.family_name, r.native_name, r.company, r.display_name
        from main.record r
        join main.customer_subject s using (subject_id)
        join unify_all c using (customer_id)
    ),
    phrases as (
        select customer_id, given_name as words from chosen where given_name is not null
        union all select customer_id, family_name from chosen where family_name is not null
        union all select customer_id, native_name from chosen where native_name is not null
        union all select customer_id, company from chosen where kind = 'organisation' and company is not null
        union all select o.customer_id, n.words from chosen o join search_native n using (display_name)
        where o.kind = 'organisation'
    ),
    words as (
        select customer_id, word
        from (select customer_id, unnest(string_split(words, ' ')) as word from (select distinct * from phrases))
        where word <> ''
    )
    select distinct term, customer_id
    from (
        select customer_id, left(word, {_LONGEST_TERM}) as term from words where not regexp_matches(word, '{_CJK}')
        union all
        select customer_id, substr(word, unnest(range(1, length(word) + 1)), {_LONGEST_RUN})
        from words where regexp_matches(word, '{_CJK}')
    )
    order by term, customer_id"""

"""The named SQL steps by which a change of the identity map is planned; ``map.py`` states the rules in words.

Inputs: ``wanted`` (subject_id, cluster, kind), ``held`` (attachments now), ``past`` (attachments that ended),
``issued`` (customers), ``pin`` (cluster, customer_id: who a cluster has to be), ``decided`` (subject_id: on a side of
an undo in force). Runs stand for time: they only grow.
``SETTLED`` takes out what needs no thought; the steps see the rest.
"""

from __future__ import annotations

SETTLED = """
    -- grain: one row per cluster that is a customer already, subject by subject and in kind, and that nothing past
    -- concerns: no other id ever held one of its subjects, none leads to it
    with clusters as (
        select
            w.cluster,
            min(h.customer_id) as customer_id,
            count(*) as subjects,
            case when 2 * count(*) filter (w.kind = 'person') >= count(*) then 'person' else min(w.kind) end as kind
        from wanted w
        left join held h using (subject_id)
        group by w.cluster
        having count(h.customer_id) = count(*) and min(h.customer_id) = max(h.customer_id)
    )
    select c.cluster, c.customer_id, c.kind
    from clusters c
    join (select customer_id, count(*) as subjects from held group by customer_id) h using (customer_id, subjects)
    join issued i on i.customer_id = c.customer_id and i.kind = c.kind and i.state = 'active'
    anti join (select merged_into from issued) l on l.merged_into = c.customer_id
    anti join pin on pin.cluster = c.cluster
    anti join (select w.cluster from past join wanted w using (subject_id)) p on p.cluster = c.cluster"""

STEPS_BEFORE_IDS = {
    "link": """
        -- grain: one row per merged customer; where its link leads (shortened to the end of the chain afterwards)
        select customer_id, merged_into as root
        from issued
        where state = 'merged'""",
    "cluster": """
        -- grain: one row per wanted cluster; numbered so that nothing depends on how the caller names clusters
        select
            cluster,
            min(subject_id) as founder,
            row_number() over (order by min(subject_id)) as cluster_no,
            case when 2 * count(*) filter (kind = 'person') >= count(*) then 'person' else min(kind) end as kind
        from wanted
        group by cluster""",
    "pinned": """
        -- grain: one row per customer whose cluster a decision names; no two of one cluster
        select c.cluster_no, p.customer_id
        from pin p
        join cluster c using (cluster)""",
    "last_owner": """
        -- grain: one row per wanted subject that is in no customer now but was once
        select
            p.subject_id,
            arg_max(p.customer_id, p.detached_run) as customer_id,
            max(p.detached_run) as detached_run
        from past p
        semi join wanted w using (subject_id)
        anti join held h using (subject_id)
        group by p.subject_id""",
    "claimant": """
        -- grain: one row per wanted subject; who has a claim on it: the customer that holds it, else (a subject that
        -- returns) the one its last customer leads to
        select
            w.subject_id,
            c.cluster_no,
            coalesce(h.customer_id, l.root, o.customer_id) as customer_id,
            h.customer_id is not null as is_held,
            coalesce(h.attached_run, o.detached_run) as since_run
        from wanted w
        join cluster c using (cluster)
        left join held h using (subject_id)
        left join last_owner o using (subject_id)
        left join link l on l.customer_id = o.customer_id""",
    "last_run": """
        -- grain: one row per merged customer; the run in which the last of its subjects left it
        select p.customer_id, max(p.detached_run) as run_id
        from past p
        semi join link l using (customer_id)
        group by p.customer_id""",
    "way_back": """
        -- grain: one row per wanted subject and merged customer through which merges alone brought it to its claimant,
        -- latest first; an attachment that ended otherwise cuts the way
        with steps as (
            select
                p.subject_id,
                p.customer_id,
                p.detached_run,
                c.cluster_no,
                r.run_id is not null and r.run_id = p.detached_run and l.root = c.customer_id as is_merge
            from past p
            join claimant c using (subject_id)
            left join link l on l.customer_id = p.customer_id
            left join last_run r on r.customer_id = p.customer_id
            -- the attachment that a returning subject comes back to is its present, not its past
            where not (not c.is_held and p.customer_id = c.customer_id and p.detached_run = c.since_run)
        ),
        cut as (
            select
                *,
                count(*) filter (not is_merge) over (
                    partition by subject_id order by detached_run desc
                ) as cuts
            from steps
        )
        select
            subject_id,
            customer_id,
            cluster_no,
            detached_run,
            detached_run = min(detached_run) over (partition by subject_id) as is_origin
        from cut
        where cuts = 0""",
    "founding": """
        -- grain: one row per issued customer; its founding subject
        select customer_id, min(subject_id) as subject_id
        from (
            select subject_id, customer_id, attached_run from held
            union all
            select subject_id, customer_id, attached_run from past
        ) a
        join issued i using (customer_id)
        where a.attached_run = i.created_run
        group by customer_id""",
    "claim": """
        -- grain: one row per customer with a claim and cluster
        with weighed as (
            select
                c.*,
                b.subject_id is null as is_own,
                f.subject_id is not null as is_founder,
                d.subject_id is not null as is_decided,
                c.is_held and c.since_run = min(c.since_run) filter (c.is_held) over (
                    partition by c.customer_id
                ) as is_longest
            from claimant c
            left join way_back b on b.subject_id = c.subject_id and b.is_origin
            left join founding f on f.customer_id = c.customer_id and f.subject_id = c.subject_id
            left join decided d on d.subject_id = c.subject_id
            where c.customer_id is not null
        )
        select
            customer_id,
            cluster_no,
            count(*) filter (is_held and is_decided) as decided,
            count(*) filter (is_held and is_own) as own,
            count(*) filter (is_longest) as longest,
            count(*) filter (is_held) as held,
            count(*) filter (not is_held) as returned,
            bool_or(is_founder) as has_founder,
            min(subject_id) as smallest
        from weighed
        group by customer_id, cluster_no""",
    "main_claim": """
        -- grain: one row per customer with a claim; the cluster it follows (rule 1), unless a decision pins it
        with ranked as (
            select
                *,
                sum(own) over (partition by customer_id) > 0 as has_own
            from claim
        )
        select customer_id, cluster_no
        from ranked
        anti join pinned using (customer_id)
        qualify row_number() over (
            partition by customer_id
            order by
                decided desc,
                own desc,
                case when has_own then 0 else longest end desc,
                held desc,
                returned desc,
                has_founder desc,
                smallest
        ) = 1
        union all
        select customer_id, cluster_no from pinned""",
    "size": """
        -- grain: one row per customer that holds subjects now
        select customer_id, count(*) as subjects
        from held
        group by customer_id""",
    "keeper": """
        -- grain: one row per cluster that a customer follows; the oldest stays (rule 2)
        select m.cluster_no, m.customer_id
        from main_claim m
        join issued i using (customer_id)
        left join size s using (customer_id)
        left join pinned p using (cluster_no, customer_id)
        qualify row_number() over (
            partition by m.cluster_no
            order by p.customer_id is null, i.created_run, coalesce(s.subjects, 0) desc, m.customer_id
        ) = 1""",
    "earlier_claim": """
        -- grain: one row per merged customer with subjects among the wanted; the cluster where most of them are
        with counted as (
            select
                b.customer_id,
                b.cluster_no,
                count(d.subject_id) filter (b.is_origin) as decided,
                count(*) filter (b.is_origin) as origins,
                count(*) as subjects,
                bool_or(f.subject_id is not null) as has_founder,
                min(b.subject_id) as smallest
            from way_back b
            left join founding f on f.customer_id = b.customer_id and f.subject_id = b.subject_id
            left join decided d on d.subject_id = b.subject_id
            group by b.customer_id, b.cluster_no
        )
        select *
        from counted
        qualify row_number() over (
            partition by customer_id
            order by decided desc, origins desc, subjects desc, has_founder desc, smallest
        ) = 1""",
    "restored": """
        -- grain: one row per cluster that takes back an earlier id (rule 3): of several the oldest, which is also the
        -- one the others had been merged into
        select e.cluster_no, e.customer_id
        from earlier_claim e
        anti join keeper k using (cluster_no)
        join issued i using (customer_id)
        join last_run r using (customer_id)
        qualify row_number() over (
            partition by e.cluster_no
            order by i.created_run, e.subjects desc, r.run_id desc, e.customer_id
        ) = 1""",
    "ownerless": """
        -- grain: one row per cluster that founds a new customer
        select c.cluster_no, c.founder
        from cluster c
        anti join keeper k using (cluster_no)
        anti join restored r using (cluster_no)""",
}
"""Relation -> query, in order; then ``founded`` (cluster_no, customer_id) is derived for ``ownerless``."""

STEPS_AFTER_IDS = {
    "owner": """
        -- grain: one row per wanted cluster; the customer that it is from now on
        select cluster_no, o.customer_id, c.kind, o.how
        from (
            select k.cluster_no, k.customer_id, case i.state when 'active' then 'kept' else 'restored' end as how
            from keeper k join issued i using (customer_id)
            union all
            select cluster_no, customer_id, 'restored' from restored
            union all
            select cluster_no, customer_id, 'created' from founded
        ) o
        join cluster c using (cluster_no)""",
    "placed": """
        -- grain: one row per wanted subject
        select
            c.subject_id,
            o.customer_id,
            o.kind,
            c.cluster_no
        from claimant c
        join owner o using (cluster_no)""",
    "ended": """
        -- grain: one row per attachment that ends; moved_to is null where the subject vanished
        select h.subject_id, h.customer_id, p.customer_id as moved_to
        from held h
        left join placed p using (subject_id)
        where p.customer_id is distinct from h.customer_id""",
    "begun": """
        -- grain: one row per attachment that begins
        select p.subject_id, p.customer_id, h.customer_id as moved_from
        from placed p
        left join held h using (subject_id)
        where h.customer_id is distinct from p.customer_id""",
    "standing": """
        -- grain: one row per issued customer; what becomes of it
        select
            i.customer_id,
            coalesce(o.kind, i.kind) as kind,
            case
                when o.customer_id is not null then 'active'
                when m.customer_id is not null then 'merged'
                when i.state = 'active' then 'retired'
                else i.state
            end as state,
            case
                when o.customer_id is not null then null
                when m.customer_id is not null then m.into_id
                else i.merged_into
            end as merged_into,
            i.kind as kind_before,
            i.state as state_before,
            i.merged_into as merged_into_before
        from issued i
        left join owner o using (customer_id)
        left join (
            select m.customer_id, o.customer_id as into_id
            from main_claim m join owner o using (cluster_no)
        ) m using (customer_id)""",
    "led": """
        -- grain: one row per issued customer; where its id leads after this plan
        with recursive walk(customer_id, at_id) as (
            select customer_id, customer_id from standing
            where state_before = 'merged' and state = 'merged'
            union all
            select w.customer_id, s.merged_into
            from walk w
            join standing s on s.customer_id = w.at_id
            where s.merged_into is not null
        )
        select w.customer_id, w.at_id as root
        from walk w
        join standing s on s.customer_id = w.at_id
        where s.merged_into is null""",
    "relinked": """
        -- grain: one row per merged id that must lead elsewhere, because most of its subjects went there
        select e.customer_id, o.customer_id as merged_into
        from earlier_claim e
        join led l using (customer_id)
        join owner o using (cluster_no)
        where l.root <> o.customer_id""",
    "changed_customers": """
        -- grain: one row per issued customer whose row changes
        select
            s.customer_id,
            s.kind,
            s.state,
            coalesce(r.merged_into, s.merged_into) as merged_into
        from standing s
        left join relinked r using (customer_id)
        where (s.kind, s.state, coalesce(r.merged_into, s.merged_into))
            is distinct from (s.kind_before, s.state_before, s.merged_into_before)""",
    "flow": """
        -- grain: one row per pair of customers between which subjects move
        select
            e.customer_id as from_id,
            e.moved_to as to_id,
            list(e.subject_id order by e.subject_id) as subject_ids
        from ended e
        where e.moved_to is not null
        group by e.customer_id, e.moved_to""",
    "changes": """
        -- grain: one row per change that a system holding a customer id must follow
        with merges as (
            select
                s.customer_id,
                s.merged_into as other_customer_id,
                coalesce(f.subject_ids, []) as subject_ids
            from standing s
            left join flow f on f.from_id = s.customer_id and f.to_id = s.merged_into
            where s.state = 'merged' and s.state_before <> 'merged'
            union all
            select customer_id, merged_into, [] from relinked
        ),
        restorations as (
            select
                s.customer_id,
                l.root as other_customer_id,
                coalesce(f.subject_ids, []) as subject_ids
            from standing s
            left join link l using (customer_id)
            left join flow f on f.from_id = l.root and f.to_id = s.customer_id
            where s.state = 'active' and s.state_before <> 'active'
        ),
        retirements as (
            select s.customer_id, null as other_customer_id, list(e.subject_id order by e.subject_id) as subject_ids
            from standing s
            left join ended e on e.customer_id = s.customer_id
            where s.state = 'retired' and s.state_before <> 'retired'
            group by s.customer_id
        ),
        others as (
            select
                case when o.how = 'created' then 'split' else 'moved' end as kind,
                f.from_id as customer_id,
                f.to_id as other_customer_id,
                f.subject_ids
            from flow f
            join owner o on o.customer_id = f.to_id
            anti join merges m on m.customer_id = f.from_id and m.other_customer_id = f.to_id
            anti join restorations r on r.customer_id = f.to_id and r.other_customer_id = f.from_id
        )
        select 'merged' as kind, customer_id, other_customer_id, subject_ids from merges
        union all
        select 'restored', customer_id, other_customer_id, subject_ids from restorations
        union all
        select 'retired', customer_id, other_customer_id, subject_ids from retirements
        union all
        select kind, customer_id, other_customer_id, subject_ids from others""",
    "plan_counts": """
        -- grain: one row per thing counted
        select 'created' as what, count(*) as n from owner where how = 'created'
        union all select 'merged', count(*) from changes where kind = 'merged'
        union all select 'split', count(distinct other_customer_id) from changes where kind = 'split'
        union all select 'moved', coalesce(sum(len(subject_ids)), 0) from changes where kind = 'moved'
        union all select 'retired', count(*) from changes where kind = 'retired'
        union all select 'restored', count(*) from changes where kind = 'restored'
        union all select 'attached', count(*) from begun where moved_from is null
        union all select 'detached', count(*) from ended where moved_to is null""",
}

"""The named SQL steps that turn a set of customers' records and events into traits (computed attributes).

Inputs and conventions as in ``unify_sql.py``. Event types arrive in the words of the sources, so the few questions
that need their meaning (is it an order, is a ticket still open) know the words of the languages we read.
"""

from __future__ import annotations

_ORDER_WORDS = (
    "order|purchase|sale|booking|checkout|transaction|pedido|compra|venta|comanda|commande|achat|bestellung|kauf"
    "|παραγγελ|αγορ|سفارش|خرید|订单|訂單|购买|購買"
)
_INVOICE_WORDS = "invoice|bill|receipt|factura|facture|rechnung|fattura|τιμολ|فاکتور|صورتحساب|发票|發票|账单|帳單"
_PART_WORDS = "line|item|detail|refund|return|cancel|l[ií]nea|position|明细|明細"  # parts and opposites of an order
CLOSED_WORDS = (
    "clos|resol|solv|done|complet|cancel|finish|spam|delet|archiv|merged|cerrad|terminad|anulad|tancad|tancat"
    "|finalitz|geschlossen|gel[oö]st|erledigt|ferm[eé]|termin[eé]"
    "|κλειστ|επιλυ|ολοκλ|بسته|حل شد|完成|关闭|關閉|解决|解決|取消|结束|結束"
)
_COMPLAINT_WORDS = (
    "complain|queja|reclamaci|queixa|reclamac|r[eé]clamation|plainte|beschwerde"
    "|παράπον|παραπον|καταγγελ|شکایت|投诉|投訴|抱怨"
)


def _moment(value: str) -> str:
    return f"strftime({value}, '%Y-%m-%dT%H:%M:%SZ')"


def _member(name: str, value: str) -> str:
    """A JSON member, or nothing where the value is null."""
    return f"""case when {value} is null then '' else ',"{name}":' || to_json({value}) end"""


TRAIT_STEPS = {
    "unify_event": f"""
        -- grain: one row per event of a chosen customer
        select
            s.customer_id,
            e.event_id,
            e.role,
            e.event_type,
            e.occurred_at,
            e.source,
            e.title,
            e.status,
            e.channel,
            e.counterpart,
            e.amount,
            coalesce(e.currency, '') as currency,
            e.score,
            -- a complaint says so in its type, its subject, or as the whole value of some column (its topic)
            e.role = 'conversations' and e.status is not null and (
                regexp_matches(lower(concat_ws(' ', e.event_type, e.title)), '{_COMPLAINT_WORDS}')
                or regexp_matches(lower(e.body::varchar), ':\\s*"[^" ]*({_COMPLAINT_WORDS})[^" ]*"')
            ) as is_complaint
        from main.event e
        join unify_subject s using (subject_id)""",
    "trait_trade_word": f"""
        -- grain: one row per event type that means an order or an invoice
        select
            event_type,
            case when regexp_matches(lower(event_type), '{_INVOICE_WORDS}') then 'invoices' else 'orders' end as trade
        from (select distinct event_type from unify_event where role = 'events')
        where regexp_matches(lower(event_type), '{_INVOICE_WORDS}|{_ORDER_WORDS}')
            and not regexp_matches(lower(event_type), '{_PART_WORDS}')""",
    "trait_open_word": f"""
        -- grain: one row per status of conversations that are not over
        select status
        from (select distinct status from unify_event where role = 'conversations')
        where not regexp_matches(lower(status), '{CLOSED_WORDS}')""",
    "trait_record": """
        -- grain: one row per customer
        select
            customer_id,
            count(*) as records,
            list_sort(list_distinct(list(source))) as systems,
            min(coalesce(created_at, updated_at)) as first_seen,
            max(coalesce(updated_at, created_at)) as last_seen,
            min(created_at) as customer_since
        from unify_subject
        group by customer_id""",
    "trait_type": """
        -- grain: one row per customer and event type; money by currency in major units
        with by_currency as (
            select
                customer_id,
                event_type,
                currency,
                count(*) as n,
                sum(amount)::decimal(38, 2) as total
            from unify_event
            group by customer_id, event_type, currency
        )
        select
            customer_id,
            event_type,
            sum(n)::bigint as n,
            string_agg(to_json(currency) || ':' || total, ',' order by currency) filter (total is not null) as money
        from by_currency
        group by customer_id, event_type""",
    "trait_types": """
        -- grain: one row per customer with events
        select
            customer_id,
            string_agg(to_json(event_type) || ':' || n, ',' order by event_type) as counts,
            string_agg(to_json(event_type) || ':{' || money || '}', ',' order by event_type)
                filter (money is not null) as money
        from trait_type
        group by customer_id""",
    "trait_trade": """
        -- grain: one row per customer, 'orders' or 'invoices'; money by currency
        with trades as (
            select
                e.customer_id,
                w.trade,
                e.currency,
                count(*) as n,
                sum(e.amount)::decimal(38, 2) as total
            from unify_event e
            join trait_trade_word w using (event_type)
            where e.role = 'events'
            group by e.customer_id, w.trade, e.currency
        )
        select
            customer_id,
            trade,
            '{"count":' || sum(n)::bigint || coalesce(',"amount":{' || string_agg(
                to_json(currency) || ':' || total, ',' order by currency
            ) filter (total is not null) || '}', '') || '}' as json
        from trades
        group by customer_id, trade""",
    "trait_event": """
        -- grain: one row per customer with events
        with marked as (
            select
                e.*,
                w.status is not null and e.role = 'conversations' as is_open,
                (e.role = 'conversations' or e.counterpart is not null) and e.occurred_at is not null as is_contact,
                e.score is not null and e.occurred_at is not null as is_scored
            from unify_event e
            left join trait_open_word w using (status)
        )
        select
            customer_id,
            count(*) as events,
            min(occurred_at) as first_seen,
            max(occurred_at) as last_seen,
            count(*) filter (is_open) as open_tickets,
            arg_min({'at': occurred_at, 'source': source}, {'at': occurred_at, 'id': event_id})
                filter (is_open and is_complaint) as complaint,
            count(*) filter (role = 'conversations' and status is not null) as tickets,
            arg_max(
                {'at': occurred_at, 'type': event_type, 'channel': channel, 'who': counterpart, 'title': title,
                 'source': source},
                {'at': occurred_at, 'id': event_id}
            ) filter (is_contact) as contact,
            -- a struct, so that the name and its moment are of one event; undated ones count when there is no other
            arg_max(
                {'at': occurred_at, 'who': counterpart},
                {'at': coalesce(occurred_at, timestamptz '0001-01-01 00:00:00+00'), 'id': event_id}
            ) filter (counterpart is not null) as spoken,
            arg_max(
                {'at': occurred_at, 'score': score, 'type': event_type, 'source': source,
                 'text': case when role = 'feedback' then title end},
                {'at': occurred_at, 'id': event_id}
            ) filter (is_scored) as scored
        from marked
        group by customer_id""",
    "unify_traits": f"""
        -- grain: one row per customer; the traits of its profile as a JSON object
        select
            r.customer_id,
            '{{"records":' || r.records || ',"systems":' || to_json(r.systems)
                || {_member("customer_since", _moment("coalesce(r.customer_since, e.first_seen)"))}
                || {_member("first_seen", _moment("least(r.first_seen, e.first_seen)"))}
                || {_member("last_seen", _moment("greatest(r.last_seen, e.last_seen)"))}
                || coalesce(',"events":{{' || t.counts || '}}', '')
                || coalesce(',"money":{{' || t.money || '}}', '')
                || coalesce(',"orders":' || o.json, '')
                || coalesce(',"invoices":' || i.json, '')
                || case when e.tickets > 0 then ',"open_tickets":' || e.open_tickets else '' end
                || case when e.contact is null then '' else
                    ',"last_contact":{{"at":' || to_json({_moment("e.contact.at")})
                    || {_member("type", "e.contact.type")}
                    || {_member("channel", "e.contact.channel")}
                    || {_member("with", "e.contact.who")}
                    || {_member("title", "left(e.contact.title, 200)")}
                    || {_member("source", "e.contact.source")} || '}}' end
                || {_member("last_contact_with", "e.spoken.who")}
                || {_member("last_contact_with_at", _moment("e.spoken.at"))}
                || case when e.scored is null then '' else
                    ',"last_score":{{"score":' || e.scored.score || ',"at":' || to_json({_moment("e.scored.at")})
                    || {_member("type", "e.scored.type")}
                    || {_member("source", "e.scored.source")}
                    || {_member("text", "e.scored.text")} || '}}' end
                || case when e.complaint is null then '' else
                    ',"open_complaint":{{"at":' || coalesce(to_json({_moment("e.complaint.at")}), 'null')
                    || {_member("source", "e.complaint.source")} || '}}' end
                || '}}' as traits
        from trait_record r
        left join trait_types t using (customer_id)
        left join trait_trade o on o.customer_id = r.customer_id and o.trade = 'orders'
        left join trait_trade i on i.customer_id = r.customer_id and i.trade = 'invoices'
        left join trait_event e on e.customer_id = r.customer_id""",
}

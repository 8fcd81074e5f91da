"""The SQL of the one door through which an operator sees what is counted of all users.

The app calls functions; they act as the role `overseer`, which cannot log in, owns no table, and
may read the columns listed here: ids, times, kinds and costs, and no content. Row security shows
it rows only in a transaction in which an operator's look has been written down.
"""

from assistant.models.billing import STATUS_NOW
from assistant.models.isolation import CURRENT_USER, Roles

COLUMNS = {
    "operators": ("user_id",),
    "operator_visits": ("user_id", "created_at"),
    "profiles": ("user_id", "created_at"),
    "subscriptions": ("user_id", "tier", "status", "seats", "lasts_until", "grace_until"),
    "stripe_events": ("user_id", "created_at", "event_id", "type", "status", "reason", "tries"),
    "turns": ("id", "user_id", "conversation_id", "reply_id", "status", "created_at"),
    "messages": ("id", "user_id", "model"),
    "usage_logs": ("user_id", "turn_id", "cost", "created_at"),
}
OPEN_TO_OVERSEER = tuple(table for table in COLUMNS if table != "operators")

_SUMS = "cost numeric, requests bigint"
_SPENT = """
    select user_id, sum(cost) as cost, count(*) as requests
    from public.usage_logs where created_at >= since group by 1
"""

# By the signature of each function: what it gives back, and the query that it is.
QUERIES = {
    "operator_people(since timestamptz, lately timestamptz)": (
        "table (users bigint, active bigint, fresh bigint)",
        """
        select count(*), (
            select count(distinct user_id) from public.turns where created_at >= lately
        ), count(*) filter (where created_at >= since)
        from public.profiles
        """,
    ),
    "operator_plans(since timestamptz)": (
        f"table (tier text, status text, users bigint, seats bigint, {_SUMS})",
        f"""
        select tier, {STATUS_NOW}, count(*), sum(seats), coalesce(sum(cost), 0),
               coalesce(sum(requests), 0)::bigint
        from public.subscriptions left join ({_SPENT}) as spent using (user_id) group by 1, 2
        """,  # noqa: S608  (nothing in it comes from outside)
    ),
    "operator_users(since timestamptz, most integer)": (
        f"table (user_id uuid, tier text, status text, seats integer, {_SUMS})",
        f"""
        select spent.user_id, tier, {STATUS_NOW}, seats, cost, requests
        from ({_SPENT}) as spent join public.subscriptions using (user_id)
        order by cost desc, requests desc limit most
        """,  # noqa: S608  (nothing in it comes from outside)
    ),
    "operator_conversations(since timestamptz, most integer)": (
        f"table (id uuid, user_id uuid, {_SUMS})",
        """
        select turns.conversation_id, turns.user_id, sum(cost), count(*)
        from public.usage_logs join public.turns on turns.id = usage_logs.turn_id
        where usage_logs.created_at >= since
        group by 1, 2 order by 3 desc, 4 desc limit most
        """,
    ),
    "operator_answers(since timestamptz)": (
        "table (model text, answers bigint, failed bigint, broken_off bigint)",
        """
        select messages.model, count(*), count(*) filter (where turns.status = 'failed'),
               count(*) filter (where turns.status = 'interrupted')
        from public.turns join public.messages on messages.id = turns.reply_id
        where turns.created_at >= since group by 1
        """,
    ),
    "operator_notices(most integer)": (
        "table (event_id text, type text, at timestamptz, reason text, tries integer)",
        """
        select event_id, type, created_at, reason, tries from public.stripe_events
        where status = 'failed' order by created_at desc limit most
        """,
    ),
    "operator_looks(most integer)": (
        "table (user_id uuid, at timestamptz)",
        """
        select user_id, created_at from public.operator_visits order by created_at desc limit most
        """,
    ),
}

_LOOKING = f"""
    create function operator_is_looking() returns boolean language sql stable security definer
    set search_path = pg_catalog, pg_temp as $$
        select exists (select from public.operators where user_id = {CURRENT_USER})
           and exists (
               select from public.operator_visits
               where user_id = {CURRENT_USER} and created_at = now()
           )
    $$
"""  # noqa: S608  (nothing in it comes from outside)
_OPENS = f"""
    create function operator_opens() returns boolean language sql volatile security definer
    set search_path = pg_catalog, pg_temp as $$
        with written as (
            insert into public.operator_visits (id, user_id)
            select gen_random_uuid(), user_id from public.operators where user_id = {CURRENT_USER}
        )
        select exists (select from public.operators where user_id = {CURRENT_USER})
    $$
"""  # noqa: S608  (nothing in it comes from outside)


def overseen(roles: Roles) -> list[str]:
    """Statements that make the door. It is shut to who is no operator, and to nobody's name."""
    return [
        _LOOKING,
        f'alter function operator_is_looking() owner to "{roles.owner}"',
        *_closed("operator_is_looking()", roles.overseer),
        f'grant insert (id, user_id) on operator_visits to "{roles.overseer}"',
        *(each for table, columns in COLUMNS.items() for each in _seen(table, columns, roles)),
        *_function("operator_opens()", _OPENS, roles),
        *(
            each
            for signature, (returned, query) in QUERIES.items()
            for each in _function(signature, _asking(signature, returned, query), roles)
        ),
    ]


def _seen(table: str, columns: tuple[str, ...], roles: Roles) -> list[str]:
    """Statements that let the overseer read these columns, while an operator looks.

    PostgreSQL tries the first before `of_the_user`, by its name, and so does not compute that one
    for each row: measured, it halves the work. The restrictive policy is there because
    `of_the_user` would show anybody their own rows. Who operators are stays with each of them, and
    that they are is asked before anything is seen.
    """
    granted = f'grant select ({", ".join(columns)}) on {table} to "{roles.overseer}"'
    if table not in OPEN_TO_OVERSEER:
        return [granted]
    seeing = f'for select to "{roles.overseer}" using ((select operator_is_looking()))'
    return [
        granted,
        f"create policy seen_by_operators on {table} {seeing}",
        f"create policy no_more_by_operators on {table} as restrictive {seeing}",
    ]


def _asking(signature: str, returned: str, query: str) -> str:
    return (
        f"create function {signature} returns {returned} language sql stable security definer "
        f"set search_path = pg_catalog, pg_temp as $${query}$$"
    )


def _function(signature: str, statement: str, roles: Roles) -> list[str]:
    """Statements that make a function, which acts as the overseer and is called by the app."""
    return [
        statement,
        f'alter function {signature} owner to "{roles.overseer}"',
        *_closed(signature, roles.app),
    ]


def _closed(signature: str, caller: str) -> list[str]:
    return [
        f"revoke all on function {signature} from public",
        f'grant execute on function {signature} to "{caller}"',
    ]

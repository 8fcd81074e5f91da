"""The SQL of the one door through which an operator sees what is counted of all users.

The app calls functions; they act as the role `overseer`, which cannot log in, owns no table, and
may read the columns listed here: ids, times, kinds and costs, and no content. Row security shows
it rows only in a transaction in which an operator's look has been written down.
"""

from assistant.models.billing import NO_PLAN, STATUS_NOW
from assistant.models.isolation import CURRENT_USER, Roles
from assistant.models.seating import COUNTS

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
# What came with seats: whoever has one belongs to the plan of whoever pays for it.
SEAT_COLUMNS = {
    "seats": ("id", "user_id", "member_id", "taken_at"),
    "subscriptions": ("stripe_subscription", "began_at", "paid_from"),
}
OPEN_TO_OVERSEER = (*(table for table in COLUMNS if table != "operators"), "seats")

_SUMS = "cost numeric, requests bigint"
_SPENT = """
    select user_id, sum(cost) as cost, count(*) as requests
    from public.usage_logs where created_at >= since group by 1
"""

# Of everybody: the plan in force, the seats of it that are paid for them, and since when it is had
# and costs something. Who sits with somebody else while a plan of their own still runs has a row of
# that, too, for it was paid.
_HELD = f"""
    seated as (
        select mine.member_id, payer.user_id as payer_id, payer.tier, {STATUS_NOW} as status,
               greatest(payer.began_at, mine.taken_at) as began_at, payer.paid_from
        from public.seats as mine join public.subscriptions as payer using (user_id)
        where mine.member_id is not null and {COUNTS}
    ), held as (
        select member_id as user_id, tier, status, 1::bigint as seats, began_at, paid_from,
               true as in_force
        from seated
        union all
        select user_id, tier, {STATUS_NOW}, seats - coalesce(given, 0), began_at, paid_from,
               member_id is null
        from public.subscriptions
        left join (select payer_id, count(*) as given from seated group by 1) as gives
               on payer_id = user_id
        left join (select member_id from seated) as sits on member_id = user_id
    )
"""  # noqa: S608  (nothing in it comes from outside)
# Seconds since the month began in which the seats were paid for, of all of them.
_PAID = "seats * greatest(extract(epoch from now() - greatest(since, paid_from)), 0)"

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
        f"table (tier text, status text, users bigint, seats bigint, paid numeric, {_SUMS})",
        f"""
        with {_HELD}, spent as (
            select user_id, coalesce(usage.created_at < began_at, false) as before,
                   sum(cost) as cost, count(*) as requests
            from public.usage_logs as usage join held using (user_id)
            where usage.created_at >= since and in_force group by 1, 2
        )
        select tier, status, count(*) filter (where in_force), sum(seats)::bigint, sum({_PAID}),
               coalesce(sum(cost), 0), coalesce(sum(requests), 0)::bigint
        from held left join spent on in_force and not before and spent.user_id = held.user_id
        group by 1, 2
        union all
        select '{NO_PLAN}', 'active', 0, 0, 0, sum(cost), sum(requests)::bigint
        from spent where before having count(*) > 0
        """,  # noqa: S608  (nothing in it comes from outside)
    ),
    "operator_users(since timestamptz, most integer)": (
        f"table (user_id uuid, tier text, status text, seats bigint, paid numeric, {_SUMS})",
        f"""
        with {_HELD}
        select spent.user_id, tier, status, seats, {_PAID}, cost, requests
        from ({_SPENT}) as spent join held using (user_id) where in_force
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

# What the door told before there were seats.
BEFORE_SEATS = {
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
    """Statements that make the door. It is shut to who is no operator, and to nobody's name.

    Of seats, which came later, it tells nothing yet.
    """
    return [
        _LOOKING,
        f'alter function operator_is_looking() owner to "{roles.owner}"',
        *_closed("operator_is_looking()", roles.overseer),
        f'grant insert (id, user_id) on operator_visits to "{roles.overseer}"',
        *(_granted(table, columns, roles) for table, columns in COLUMNS.items()),
        *(each for table in COLUMNS if table in OPEN_TO_OVERSEER for each in _seen(table, roles)),
        *_function("operator_opens()", _OPENS, roles),
        *_told(QUERIES | BEFORE_SEATS, roles),
    ]


def overseen_with_seats(roles: Roles) -> list[str]:
    """Statements by which the door tells of plans as they hold for who has a seat."""
    return [
        *(f"drop function {signature}" for signature in BEFORE_SEATS),
        *(_granted(table, columns, roles) for table, columns in SEAT_COLUMNS.items()),
        *_seen("seats", roles),
        *_told({signature: QUERIES[signature] for signature in BEFORE_SEATS}, roles),
    ]


def overseen_without_seats(roles: Roles) -> list[str]:
    """Statements that take that back, as long as the columns stand."""
    return [
        *(f"drop function {signature}" for signature in BEFORE_SEATS),
        *(
            f'revoke select ({", ".join(columns)}) on {table} from "{roles.overseer}"'  # noqa: S608
            for table, columns in SEAT_COLUMNS.items()
        ),
        *_told(BEFORE_SEATS, roles),
    ]


def _granted(table: str, columns: tuple[str, ...], roles: Roles) -> str:
    return f'grant select ({", ".join(columns)}) on {table} to "{roles.overseer}"'


def _seen(table: str, roles: Roles) -> list[str]:
    """Statements that let the overseer see all rows of a table, while an operator looks.

    PostgreSQL tries the first before `of_the_user`, by its name, and so does not compute that one
    for each row: measured, it halves the work. The restrictive policy is there because
    `of_the_user` would show anybody their own rows. Who operators are stays with each of them, and
    that they are is asked before anything is seen.
    """
    seeing = f'for select to "{roles.overseer}" using ((select operator_is_looking()))'
    return [
        f"create policy seen_by_operators on {table} {seeing}",
        f"create policy no_more_by_operators on {table} as restrictive {seeing}",
    ]


def _told(queries: dict[str, tuple[str, str]], roles: Roles) -> list[str]:
    """Statements that make these functions."""
    return [
        each
        for signature, (returned, query) in queries.items()
        for each in _function(signature, _asking(signature, returned, query), roles)
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

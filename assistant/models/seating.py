"""The SQL by which a plan holds for several people, who see nothing of each other.

The app calls functions; they act as the role `usher`, which cannot log in, owns no table, and may
read the columns listed here: ids, times and plans, and no content. Each speaks for the user of the
transaction only, and tells an id of another to the app alone, which lets that one's pages hear.
"""

from assistant.models.billing import CARRIES, GIVEABLE, NO_PLAN, STATUS_NOW
from assistant.models.isolation import CURRENT_USER, Roles

READ = {
    "seats": ("id", "user_id", "hash", "expires_at", "member_id", "taken_at"),
    "subscriptions": (
        "user_id",
        "tier",
        "status",
        "seats",
        "next_tier",
        "next_seats",
        "period_start",
        "period_end",
        "lasts_until",
        "grace_until",
        "stripe_subscription",
    ),
}
WRITTEN = {
    "insert": ("id", "user_id", "label", "hash", "expires_at"),
    "update": ("member_id", "taken_at", "expires_at"),
}
OPEN_FOR = "interval '7 days'"

_LIVES = f"({STATUS_NOW}) not in ('canceled', 'unpaid')"
# A plan of one's own that goes on: a seat does not lower it, and is not taken beside it.
_OWN = """exists (
            select from public.subscriptions
            where user_id = {} and {} and lasts_until is null
              and (tier <> '{none}' or stripe_subscription is not null)
        )"""
_PAYS_OWN = _OWN.format(CURRENT_USER, f"({STATUS_NOW}) <> 'canceled'", none=NO_PLAN)
# A seat counts for who sits there, for who is invited, and until its month is over for who sat
# there: else one that is paid would carry one account after the other.
_OCCUPIED = "(member_id is not null or expires_at > now())"
_MONTH_ENDS = """least(
        case when payer.period_end > now() then payer.period_end
        else date_trunc('month', now(), 'UTC') + interval '1 month' end,
        now() + interval '1 month'
    )"""
# Who pays has the first seat. Where fewer are paid than taken, who has sat the longest stays.
_FITS = """(
        select count(*) from public.seats as before
        where before.user_id = mine.user_id and before.member_id is not null
          and (before.taken_at, before.id) < (mine.taken_at, mine.id)
    ) < payer.seats - 1"""
# Whether the seat `mine` of `payer` gives its plan to who sits there, be it the user or anybody.
COUNTS = f"{CARRIES} and {_FITS} and not {_OWN.format('mine.member_id', _LIVES, none=NO_PLAN)}"
_LOCK = "perform pg_advisory_xact_lock(hashtextextended('seats ' || {}, 0))"

# By the signature of each function: what it gives back, its language, and what it does.
FUNCTIONS = {
    # What plan is in force: that of the seat while it gives one, else the user's own. Each send
    # asks twice, and most have no seat: to spare them the other question halves the work.
    "plan_now()": (
        "table (tier text, status text, period_start timestamptz, period_end timestamptz, "
        "seated boolean)",
        "plpgsql stable rows 1",
        f"""
        #variable_conflict use_column
        begin
            if exists (select from public.seats where member_id = {CURRENT_USER}) then
                return query
                select payer.tier::text, ({STATUS_NOW})::text, payer.period_start, payer.period_end,
                       true
                from public.seats as mine join public.subscriptions as payer using (user_id)
                where mine.member_id = {CURRENT_USER} and {COUNTS};
                if found then
                    return;
                end if;
            end if;
            return query
            select tier::text, ({STATUS_NOW})::text, period_start, period_end, false
            from public.subscriptions where user_id = {CURRENT_USER};
        end
        """,  # noqa: S608  (nothing in it comes from outside)
    ),
    # Where the user sits: since when, in which plan, and whether it gives them anything now.
    "my_seat()": (
        "table (since timestamptz, tier text, counts boolean)",
        "sql stable rows 1",
        f"""
        select mine.taken_at, payer.tier, {COUNTS}
        from public.seats as mine join public.subscriptions as payer using (user_id)
        where mine.member_id = {CURRENT_USER}
        """,  # noqa: S608  (nothing in it comes from outside)
    ),
    # Offers a seat of the user's, if one is free; also after an agreed change to fewer.
    "give_seat(seat uuid, sealed bytea, secret bytea)": (
        "boolean",
        "plpgsql",
        f"""
        begin
            {_LOCK.format(f"({CURRENT_USER})::text")};
            delete from public.seats
            where user_id = {CURRENT_USER} and taken_at is not null and not {_OCCUPIED};
            insert into public.seats (id, user_id, label, hash, expires_at)
            select seat, payer.user_id, sealed, secret, now() + {OPEN_FOR}
            from public.subscriptions as payer
            where payer.user_id = {CURRENT_USER} and {CARRIES} and (
                select count(*) from public.seats as given
                where given.user_id = payer.user_id and {_OCCUPIED}
            ) + 1 < {GIVEABLE};
            return found;
        end
        """,  # noqa: S608  (nothing in it comes from outside)
    ),
    # What becomes of who takes the seat of this secret: '' for that they have it then.
    "seat_offered(secret bytea)": (
        "table (outcome text, tier text, payer uuid)",
        "sql stable rows 1",
        f"""
        select case
            when offered.member_id = {CURRENT_USER} then 'yours'
            when offered.taken_at is not null then 'used'
            when offered.user_id = {CURRENT_USER} then 'own'
            when offered.expires_at <= now() then 'expired'
            when not {CARRIES} then 'ended'
            when exists (select from public.seats where member_id = {CURRENT_USER}) then 'seated'
            when {_PAYS_OWN} then 'paying'
            when (
                select count(*) from public.seats as taken
                where taken.user_id = offered.user_id and taken_at is not null and {_OCCUPIED}
            ) + 1 >= payer.seats then 'full'
            else '' end, payer.tier, offered.user_id
        from public.seats as offered join public.subscriptions as payer using (user_id)
        where offered.hash = secret
        """,  # noqa: S608  (nothing in it comes from outside)
    ),
    # Takes it, if nothing is against that; tells the same.
    "take_seat(secret bytea)": (
        "table (outcome text, tier text, payer uuid)",
        "plpgsql rows 1",
        f"""
        begin
            {_LOCK.format("(select user_id from public.seats where hash = secret)::text")};
            select * into outcome, tier, payer from public.seat_offered(secret);
            if outcome = '' then
                update public.seats set member_id = {CURRENT_USER}, taken_at = clock_timestamp()
                where hash = secret;
            end if;
            if found then
                return next;
            end if;
        exception when unique_violation then
            outcome := 'seated';
            return next;
        end
        """,  # noqa: S608  (nothing in it comes from outside)
    ),
    # Takes back an offer of the user's, or a seat: who sat there, if anybody. It waits for whoever
    # takes it just now: without that it would find neither.
    "take_seat_back(seat uuid)": (
        "table (member uuid)",
        "plpgsql rows 1",
        f"""
        begin
            {_LOCK.format(f"({CURRENT_USER})::text")};
            return query with vacated as (
                update public.seats set member_id = null, expires_at = {_MONTH_ENDS}
                from public.seats as mine join public.subscriptions as payer using (user_id)
                where seats.id = mine.id and mine.id = seat and mine.user_id = {CURRENT_USER}
                  and seats.member_id is not null
                returning mine.member_id
            ), withdrawn as (
                delete from public.seats
                where id = seat and user_id = {CURRENT_USER} and taken_at is null
                returning member_id
            )
            select member_id from vacated union all select member_id from withdrawn;
        end
        """,  # noqa: S608  (nothing in it comes from outside)
    ),
    # Gives back the seat that the user has: who pays for it. Who goes for good takes their own
    # seats along, so all are held in order: two who sit with each other may go at once.
    "leave_seat()": (
        "table (payer uuid)",
        "sql rows 1",
        f"""
        select from public.seats where user_id = {CURRENT_USER} or member_id = {CURRENT_USER}
        order by id for update;
        update public.seats set member_id = null, expires_at = {_MONTH_ENDS}
        from public.subscriptions as payer
        where seats.member_id = {CURRENT_USER} and payer.user_id = seats.user_id
        returning seats.user_id
        """,  # noqa: S608  (nothing in it comes from outside)
    ),
}


def seated(roles: Roles) -> list[str]:
    """Statements that let the usher do its work, and nothing else."""
    usher = f'"{roles.usher}"'
    return [
        *(
            f"grant select ({', '.join(each)}) on {table} to {usher}"
            for table, each in READ.items()
        ),
        *(
            f"grant {verb} ({', '.join(each)}) on seats to {usher}"
            for verb, each in WRITTEN.items()
        ),
        f"grant delete on seats to {usher}",
        f"create policy kept_by_usher on seats to {usher} using (true) with check (true)",
        f"create policy read_by_usher on subscriptions for select to {usher} using (true)",
        f'grant update (label) on seats to "{roles.app}"',  # when it is sealed by a newer key
        *(
            each
            for signature, definition in FUNCTIONS.items()
            for each in _function(signature, *definition, roles)
        ),
    ]


def _function(signature: str, returned: str, kind: str, body: str, roles: Roles) -> list[str]:
    return [
        f"create function {signature} returns {returned} language {kind} security definer "
        f"set search_path = pg_catalog, pg_temp as $${body}$$",
        f'alter function {signature} owner to "{roles.usher}"',
        f"revoke all on function {signature} from public",
        f'grant execute on function {signature} to "{roles.app}"',
    ]

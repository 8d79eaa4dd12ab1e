"""Tables of the community, as the newest migration leaves them; for building statements."""

import sqlalchemy as sa

__all__ = [
    "accounts",
    "alerts",
    "api_tokens",
    "bans",
    "blocks",
    "everyone",
    "forgotten",
    "forgotten_uploads",
    "gallery",
    "link_codes",
    "notes",
    "passkeys",
    "people",
    "place_changes",
    "places",
    "posts",
    "reports",
    "sessions",
    "showings",
    "shown_messages",
    "shown_paintings",
    "sign_ins",
    "storable",
    "told",
]

LONGEST_TEXT = 2_000

_metadata = sa.MetaData()


def _table(name: str, *texts: str, numbers: tuple[str, ...] = ()) -> sa.Table:
    columns = [sa.Column(each, sa.Text) for each in texts]
    return sa.Table(name, _metadata, *columns, *(sa.Column(each, sa.Float) for each in numbers))


gallery = _table("gallery", "artwork", "person", "words", "visibility")
people = _table("people", "person", "visibility", "ping", "name", numbers=("told",))
forgotten = _table("forgotten_blobs", "artwork", "blobs")  # JSON
forgotten_uploads = _table("forgotten_uploads", "blob")
posts = _table("posts", "job", "origin", "address", numbers=("created",))  # JSON
showings = _table(
    "showings", "origin", "message", "artwork", "address", "locale", numbers=("created",)
)  # JSON
shown_messages = sa.Table(
    "shown_messages",
    _metadata,
    *(sa.Column(each, sa.Text) for each in ("origin", "message", "address", "person", "locale")),
    sa.Column("content", sa.Text),  # JSON
    sa.Column("due", sa.Integer),
    *(sa.Column(each, sa.Float) for each in ("retry_at", "expires", "created")),
)
shown_paintings = _table("shown_paintings", "artwork", "origin", "message")
told = _table("told", "name", "taken_by", numbers=("until", "told"))
places = _table("places", "place", "settings")  # JSON
place_changes = _table(
    "place_changes", "id", "place", "changes", "changed_by", numbers=("created",)
)
accounts = _table("accounts", "account", "main", numbers=("since",))
link_codes = _table("link_codes", "hash", "account", numbers=("expires",))
sign_ins = _table("sign_ins", "hash", "person", "name", numbers=("expires",))
sessions = _table("sessions", "hash", "person", "name", numbers=("expires",))
api_tokens = _table(
    "api_tokens", "id", "hash", "person", "name", "label", "scopes",
    numbers=("created", "used", "expires"),
)  # fmt: skip
passkeys = _table(
    "passkeys", "id", "person", "name", "label", "public_key",
    numbers=("sign_count", "created", "used"),
)  # fmt: skip
alerts = _table(
    "alerts", "id", "place", "kind", "person", "about", "text", "rules", numbers=("created",)
)
bans = _table("bans", "place", "person", "banned_by", "reason", numbers=("created",))
blocks = _table("blocks", "person", "blocked_by", "reason", numbers=("created",))
reports = _table("reports", "artwork", "person", "reason", numbers=("created", "closed"))
notes = _table(
    "notes", "id", "kind", "person", "place", "text", "reason", "reason_details",
    numbers=("created",),
)  # fmt: skip


def everyone(person: str | sa.ColumnElement[str]) -> sa.Select[tuple[str]]:
    """Select all accounts of one person, given any of them; for a condition with IN."""
    given = sa.literal(person, sa.Text) if isinstance(person, str) else person
    own = accounts.alias("own")
    main = sa.select(own.c.main).where(own.c.account == given).scalar_subquery()
    linked = sa.select(accounts.c.account).where(accounts.c.main == main)
    found = sa.union(sa.select(given.label("account")), linked)
    return sa.select(found.subquery("everyone").c.account)


def storable(text: str, longest: int = LONGEST_TEXT) -> str:
    """Make a stranger's text one that both databases take: no NUL, no lone surrogate, not long."""
    whole = text[:longest].encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\0", "\ufffd")

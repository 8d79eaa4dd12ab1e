"""All data about a person: exported to them, or deleted except what is minted.

What others built on stays, under a name that leads to nobody: votes, views, decisions, tokens.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.community import FORGOTTEN
from ganshare.domain.jobs import JobState
from ganshare.store.community.shown import renew_messages
from ganshare.store.db import tables_community as community
from ganshare.store.db import tables_shares as shares
from ganshare.store.db import tables_votes as votes
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import now
from ganshare.store.db.rows_queue import as_object, as_text
from ganshare.store.db.tables_ledger import consents, tokens
from ganshare.store.db.tables_queue import ACTIVE, artworks, frames, jobs
from ganshare.store.votes.log import unsealed

__all__ = ["Forgotten", "PersonalData"]

_JSON = ("request", "reply_to", "attributes", "manifest", "data", "changes", "content")
_SECRET = ("hash", "address", "saved_state", "blob", "preview", "film", "public_key")
# Tables and the columns that name the person to whom a row belongs.
_BELONGS: Mapping[str, tuple[sa.Table, tuple[str, ...]]] = {
    "accounts": (community.accounts, ("account",)),
    "choices": (community.people, ("person",)),
    "sessions": (community.sessions, ("person",)),
    "tokens": (community.api_tokens, ("person",)),
    "passkeys": (community.passkeys, ("person",)),
    "jobs": (jobs, ("person",)),
    "paintings": (artworks, ("person",)),
    "gallery": (community.gallery, ("person",)),
    "messages": (community.shown_messages, ("person",)),
    "votes": (votes.ballots, ("account",)),
    "votes_held": (votes.vote_holds, ("account", "held_by")),
    "voter": (votes.voters, ("account",)),
    "log_of_votes": (votes.vote_log, ("account", "done_by")),
    "views_in_rounds": (votes.round_views, ("account",)),
    "shares_in_rounds": (votes.round_weights, ("account",)),
    "entries_in_rounds": (votes.round_entries, ("entered_by",)),
    "decisions": (votes.curated, ("decided_by",)),
    "consents": (consents, ("person",)),
    "reports": (community.reports, ("person",)),
    "blocks": (community.blocks, ("person", "blocked_by")),
    "bans": (community.bans, ("person", "banned_by")),
    "alerts": (community.alerts, ("person",)),
    "moderation": (community.notes, ("person",)),
    "wallets": (shares.wallets, ("account",)),
    "gifts": (shares.gifts, ("account", "given_by")),
    "shares_admitted": (shares.share_admissions, ("account",)),
    "unlocked": (shares.unlockable_reads, ("person",)),
    "settings_changed": (community.place_changes, ("changed_by",)),
}
# What goes altogether, and what stays under another name.
_REMOVED = ("choices", "sessions", "tokens", "passkeys", "alerts")
# Texts and JSON that may name a person among other things.
_MENTIONS = (
    votes.vote_log.c.data,
    community.notes.c.text,
    community.notes.c.reason,
    community.notes.c.reason_details,
    tokens.c.item,
)
_NOT_ON_CHAIN = ("planned", "pinned")  # states of tokens that nothing was sent for
# Else forgetting would lift a block.
_KEPT_AS_IT_IS = frozenset({(community.blocks, "person"), (community.bans, "person")})


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of a person's data.

    Args:
        paintings: that are gone; `minted` ones stay, under another name.
        uploads: keys of pictures that only they began from; `Gallery.forgotten_uploads` has them,
            too, until their blobs are removed.
    """

    paintings: int
    minted: int
    uploads: tuple[str, ...]


class PersonalData:
    """Exports and forgets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def export(self, person: str) -> dict[str, list[dict[str, Any]]]:
        """Give every row about a person, from any of their accounts, as plain JSON by kind.

        Secrets, and keys that only this installation can follow, are left out.
        """
        theirs = community.everyone(person)
        found: dict[str, list[dict[str, Any]]] = {}
        for kind, (table, columns) in _BELONGS.items():
            about = sa.or_(*(table.c[column].in_(theirs) for column in columns))
            rows = await self._database.rows(sa.select(table).where(about))
            found[kind] = [_plain(row) for row in rows]
        return found

    async def forget(self, person: str) -> Forgotten:
        """Remove all of a person that is not minted; what is asked for now is not painted.

        Messages with their paintings are renewed by the bots, as after a deletion.
        """

        async def forget(connection: AsyncConnection) -> Forgotten:
            accounts = await votes.accounts_of(connection, person)
            names = {each: f"{FORGOTTEN}{secrets.token_hex(8)}" for each in accounts}
            forgotten = await _forget_paintings(connection, names)
            await _forget_asked(connection, names)
            await _rename(connection, names)
            return forgotten

        return await self._database.atomically(forget)


def _plain(row: Row) -> dict[str, Any]:
    return {
        name: as_object(value) if name in _JSON and isinstance(value, str) else value
        for name, value in row.items()
        if name not in _SECRET and value is not None
    }


async def _forget_paintings(connection: AsyncConnection, names: Mapping[str, str]) -> Forgotten:
    minted = sa.exists().where(
        tokens.c.artwork == artworks.c.id, tokens.c.state.not_in(_NOT_ON_CHAIN)
    )
    theirs = sa.select(artworks, minted.label("is_minted")).where(artworks.c.person.in_(names))
    rows = (await connection.execute(theirs)).mappings().all()
    kept = {row["job"] for row in rows if row["is_minted"]}
    for row in rows:
        if row["is_minted"]:
            continue
        this = artworks.c.id == row["id"]
        blank = {"prompt": "", "attributes": "{}", "manifest": "{}", "sha256": "", "seed": 0}
        await connection.execute(
            artworks.update()
            .where(this)
            .values(deleted=sa.func.coalesce(artworks.c.deleted, now()), **blank)
        )
        await _forget_planned(connection, row["id"])
        for table in (community.gallery, community.showings):
            await connection.execute(table.delete().where(table.c.artwork == row["id"]))
        if row["deleted"] is None:
            blobs = as_text([row[name] for name in ("blob", "preview", "film") if row[name]])
            values = {"artwork": row["id"], "blobs": blobs}
            await connection.execute(community.forgotten.insert().values(values))
        await renew_messages(connection, row["id"], row["job"])
    uploads = await _forget_requests(connection, names, kept)
    return Forgotten(len(rows) - len(kept), len(kept), uploads)


async def _forget_planned(connection: AsyncConnection, artwork: str) -> None:
    """Blank what the ledger has of a painting that was to be minted; it never is."""
    planned = tokens.c.artwork == artwork
    rows = (await connection.execute(sa.select(tokens.c.item).where(planned))).scalars().all()
    for item in rows:
        blank: dict[str, Any] = {"prompt": "", "attributes": {}, "manifest": None, "seed": 0}
        values = {"item": as_text(as_object(item) | blank), "metadata": None}
        await connection.execute(tokens.update().where(planned).values(values))


async def _forget_requests(
    connection: AsyncConnection, names: Mapping[str, str], kept: set[str]
) -> tuple[str, ...]:
    """Blank what was asked for; gives the uploads that nobody else began from."""
    theirs = jobs.c.person.in_(names)
    await connection.execute(
        jobs.update()
        .where(theirs, ACTIVE)
        .values(state=JobState.CANCELLED, finished=now(), lease_until=None)
    )
    rows = (await connection.execute(sa.select(jobs).where(theirs))).mappings().all()
    uploads = set[str]()
    for row in rows:
        request, reply_to = as_object(row["request"]), as_object(row["reply_to"])
        desk = reply_to.get("desk")
        locale = desk.get("locale", "en") if isinstance(desk, dict) else "en"
        values: dict[str, Any] = {
            "key": f"{FORGOTTEN}{row['id']}",
            "reply_to": as_text({"desk": {"locale": locale}}),
            "revision": jobs.c.revision + 1,
            "settled": sa.false(),
        }
        if row["id"] not in kept:
            if upload := request.get("init_image"):
                uploads.add(upload)
            new = request | {"prompt": "forgotten", "seed": 0, "init_image": None}
            new.pop("reading", None)
            values |= {"request": as_text(new), "error": None, "error_details": None}
            values["description"] = None
            await connection.execute(frames.delete().where(frames.c.job == row["id"]))
        await connection.execute(jobs.update().where(jobs.c.id == row["id"]).values(values))
    for upload in list(uploads):
        others = sa.select(jobs.c.id).where(
            jobs.c.person.not_in(names),
            jobs.c.request.contains(json.dumps(upload), autoescape=True),
        )
        painted = sa.select(artworks.c.id).where(artworks.c.blob == upload)
        for used in (others, painted):
            if (await connection.execute(used.limit(1))).first() is not None:
                uploads.discard(upload)
    if uploads:
        gone = community.forgotten_uploads.insert()
        await connection.execute(gone.values([{"blob": each} for each in sorted(uploads)]))
    return tuple(sorted(uploads))


async def _forget_asked(connection: AsyncConnection, names: Mapping[str, str]) -> None:
    """Remove what belongs to nobody else, and blank what they wrote."""
    for kind in _REMOVED:
        table, (column,) = _BELONGS[kind]
        await connection.execute(table.delete().where(table.c[column].in_(names)))
    await connection.execute(
        community.link_codes.delete().where(community.link_codes.c.account.in_(names))
    )
    await connection.execute(
        community.sign_ins.delete().where(community.sign_ins.c.person.in_(names))
    )
    nonces, wallets = shares.wallet_nonces, shares.wallets
    await connection.execute(nonces.delete().where(nonces.c.account.in_(names)))
    theirs = wallets.update().where(wallets.c.account.in_(names), wallets.c.unlinked.is_(None))
    await connection.execute(theirs.values(unlinked=now()))
    reports, notes = community.reports, community.notes
    await connection.execute(reports.update().where(reports.c.person.in_(names)).values(reason=""))
    blank = {"text": "", "reason": "", "reason_details": None, "place": ""}
    await connection.execute(notes.update().where(notes.c.person.in_(names)).values(blank))
    messages = community.shown_messages
    renewed = {"due": messages.c.due + 1, "retry_at": 0.0}
    await connection.execute(messages.update().where(messages.c.person.in_(names)).values(renewed))


async def _rename(connection: AsyncConnection, names: Mapping[str, str]) -> None:
    """Put the names that lead to nobody in place of a person's accounts."""
    async with unsealed(connection):
        for account, name in names.items():
            for table, columns in _BELONGS.values():
                for column in columns:
                    if (table, column) in _KEPT_AS_IT_IS:
                        continue
                    this = table.c[column] == account
                    await connection.execute(table.update().where(this).values({column: name}))
            linked = community.accounts.c.main == account
            await connection.execute(community.accounts.update().where(linked).values(main=name))
            for mentioning in _MENTIONS:
                await _rename_within(connection, mentioning, account, name)
            # A private chat with Telegram's bot has the person's own number.
            for table in (votes.ballots, votes.ballot_lists, votes.vote_log):
                via = sa.func.replace(table.c.via, f"{account}:", f"{name}:")
                begins = table.c.via.startswith(f"{account}:", autoescape=True)
                await connection.execute(table.update().where(begins).values(via=via))


async def _rename_within(
    connection: AsyncConnection, column: sa.Column[Any], account: str, name: str
) -> None:
    """Put a name in place of an account wherever a text has it, but not in longer accounts."""
    whole = re.compile(rf"(?<![\w:]){re.escape(account)}(?!\w)")
    texts = sa.select(column).distinct().where(column.contains(account, autoescape=True))
    for text in (await connection.execute(texts)).scalars().all():
        if (renamed := whole.sub(name, text)) != text:
            these = column.table.update().where(column == text)
            await connection.execute(these.values({column.name: renamed}))

"""`ganshare admin collection`: shows the collection's contract, and changes what its owner may."""

import functools
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from admin.commands.deploy import read_royalty
from admin.context import run_async
from admin.contract.collection import (
    CLOSE_MINTING,
    FREEZE_METADATA,
    FREEZE_TOKENS,
    GRANT_ROLE,
    HAS_ROLE,
    MINTER_ROLE,
    PAUSE,
    PAUSER_ROLE,
    REVOKE_ROLE,
    SET_CONTRACT_URI,
    SET_ROYALTY,
    UNPAUSE,
)
from admin.contract.rights import CollectionState, read_collection
from admin.minting.collection_metadata import collection_metadata, contact_sheet
from admin.minting.ipfs import cid_of
from admin.minting.metadata import as_json
from admin.prompts import RunOptions, agree_to_spend, keystore_option, spend, spend_options
from admin.session import Session, open_session, read_address
from admin.wallet.gas import estimate_gas
from admin.wallet.nonces import find_overtaken
from ganshare.chain.abi import Function
from ganshare.chain.chain import Chain
from ganshare.errors import BlobError, SettingsError, quoted

__all__ = ["collection"]

_FOR_EVER = ("note", "this can never be undone")


@dataclass(frozen=True)
class Change:
    """What one command sends.

    Args:
        kind: of transaction, for the ledger.
        calls: of the contract, each a transaction.
        lines: what is shown before it is agreed to.
        before: is done once it is agreed to, before anything is sent.
        urgent: whether it goes before whatever waits, and stops other commands.
    """

    kind: str
    calls: Sequence[bytes]
    lines: Sequence[tuple[str, str]]
    before: Callable[[], Awaitable[None]] | None = None
    urgent: bool = False


MakeChange = Callable[[Session, Chain, CollectionState], Awaitable[Change]]


@click.group()
def collection() -> None:
    """Manage the collection's contract; most commands need its owner's key."""


def _changing(command: Callable[..., MakeChange]) -> Callable[..., Any]:
    """Make a command of a function that gives what is to be changed."""

    @collection.command(command.__name__.replace("_", "-"))
    @keystore_option
    @click.option(
        "--calldata",
        is_flag=True,
        help="Only print what the owner's own wallet, such as a Safe, must send.",
    )
    @spend_options
    @functools.wraps(command)
    @run_async
    async def change(
        *, keystore: Path | None, calldata: bool, run: RunOptions, **values: Any
    ) -> None:
        await _change(command(**values), keystore, calldata, run)

    return change


async def _change(make: MakeChange, keystore: Path | None, calldata: bool, run: RunOptions) -> None:
    async with open_session() as opened, opened.chain() as chain:
        session = opened.signing_with(keystore)
        contract = session.collection.address
        state = await read_collection(chain, contract, session.address)
        if calldata:
            state = replace(state, account=state.owner, is_pauser=True)
        change = await make(session, chain, state)
        if not change.calls:
            click.echo("There is nothing to change.")
            return
        if calldata:
            if change.before is not None and not run.dry_run:
                await change.before()
            for each in change.calls:
                click.echo(f"to {contract}\nvalue 0\ndata 0x{each.hex()}")
            return
        gas = sum(
            [await estimate_gas(chain, state.account, contract, each) for each in change.calls]
        )
        lines = [("collection", contract), ("signed by", state.account), *change.lines]
        overtaken = await find_overtaken(session.ledger, chain.chain_id, session.address)
        instead = overtaken if change.urgent else []
        budget = await agree_to_spend(session, chain, lines, gas, run, instead=instead)
        if budget is None:
            return
        signer = session.unlock(run.password_fd)
        if change.before is not None:
            await change.before()
        async with spend(
            session, chain, signer, budget, change.kind, is_brake=change.urgent
        ) as sender:
            if not change.urgent:
                await sender.resume()
            for each in change.calls:
                await sender.transact(change.kind, [], contract, each, urgent=change.urgent)
    click.echo(f"{change.kind}: done")


def _simple(
    kind: str,
    function: Function,
    *lines: tuple[str, str],
    is_done: Callable[[CollectionState], bool],
) -> MakeChange:
    """A change of the owner's that takes one call without arguments, unless it is done."""

    async def make(session: Session, chain: Chain, state: CollectionState) -> Change:
        state.require_owner()
        return Change(kind, [] if is_done(state) else [function.call_data()], lines)

    return make


@collection.command()
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object.")
@run_async
async def show(as_object: bool) -> None:
    """Show the contract's state and the rights of the minter's key."""
    async with open_session() as session, session.chain() as chain:
        state = await read_collection(chain, session.collection.address, session.address)
    if as_object:
        click.echo(json.dumps(state.as_dict()))
        return
    closed = {None: "cannot be closed (first version)", True: "closed for ever", False: "open"}
    rights = [name for name, has in (("mint", state.is_minter), ("pause", state.is_pauser)) if has]
    for name, text in (
        ("collection", state.address),
        ("name", f"{state.name} ({state.symbol})"),
        ("owner", state.owner),
        ("tokens", str(state.tokens)),
        ("metadata", state.contract_uri or "none; `collection set-uri` makes some"),
        ("royalty", f"{state.royalty / 100:g} % to {state.royalty_receiver}"),
        ("minting", "paused" if state.paused else closed[state.closed]),
        ("token metadata", "final" if state.frozen else "the owner may correct it"),
        (state.account, f"may {' and '.join(rights)}" if rights else "may neither mint nor pause"),
    ):
        click.echo(f"  {name:<14} {text}")


@_changing
@click.argument("uri", required=False)
@click.option("--description", help="Describes the collection.")
@click.option("--site", metavar="URL", help="The community's web page.")
def set_uri(uri: str | None, description: str | None, site: str | None) -> MakeChange:
    """Set the collection's name, description and picture.

    URI points to metadata that you made. If left out, metadata is made from the contract's name,
    --description and the paintings in the ledger, and pinned.
    """
    if uri is not None and (description or site):
        raise SettingsError("--description and --site go into metadata that is made, without URI.")

    async def make(session: Session, chain: Chain, state: CollectionState) -> Change:
        state.require_owner()
        if uri is not None:
            return Change("set-uri", [SET_CONTRACT_URI.call_data(uri)], [("metadata", uri)])
        sheet = contact_sheet(await _read_pictures(session))
        values = collection_metadata(
            state.name,
            description or f"Paintings that a community asked for and chose: {state.name}.",
            symbol=state.symbol,
            image_cid=None if sheet is None else cid_of(sheet),
            site=site,
        )
        text = as_json(values).encode()

        async def pin() -> None:
            if sheet is not None:
                await session.pinner().pin("collection.jpg", sheet)
            await session.pinner().pin("collection.json", text)

        made = f"ipfs://{cid_of(text)}"
        lines = [("metadata", made), *values.items()]
        same = state.contract_uri == made
        calls = [] if same else [SET_CONTRACT_URI.call_data(made)]
        return Change("set-uri", calls, lines, before=pin)

    return make


async def _read_pictures(session: Session) -> list[bytes]:
    """The paintings in the ledger that all may see, those with most votes first."""
    every = await session.ledger.tokens(session.collection)
    async with session.open_store() as store:
        known = await store.gallery.several(each.artwork for each in every)
    tokens = [each for each in every if each.artwork not in known or known[each.artwork].public]
    found = []
    for each in sorted(tokens, key=lambda each: (-(each.item.get("votes") or 0), each.token))[:16]:
        try:
            found.append(await session.read_picture(each))
        except BlobError:
            continue
    return found


@_changing
@click.argument("percent")
@click.option("--to", metavar="ADDRESS", help="Who receives it; unchanged if left out.")
def royalty(percent: str, to: str | None) -> MakeChange:
    """Set the royalty, in percent of each later sale."""
    points = read_royalty(percent)

    async def make(session: Session, chain: Chain, state: CollectionState) -> Change:
        state.require_owner()
        receiver = state.royalty_receiver if to is None else read_address("--to", to)
        lines = [("royalty", f"{points / 100:g} % to {receiver}")]
        return Change("royalty", [SET_ROYALTY.call_data(receiver, points)], lines)

    return make


@_changing
@click.argument("tokens", nargs=-1)
def freeze(tokens: tuple[str, ...]) -> MakeChange:
    """Make the metadata of these TOKENS final, or of all tokens, those of later mints included."""
    if not tokens:
        what = ("metadata", "final, of all tokens")
        return _simple("freeze", FREEZE_METADATA, what, _FOR_EVER, is_done=lambda now: now.frozen)
    wrong = [each for each in tokens if not (each.isascii() and each.isdecimal())]
    if wrong:
        raise SettingsError(
            f"{quoted(wrong[0])} is not a token; `ganshare admin export` lists them."
        )

    async def make(session: Session, chain: Chain, state: CollectionState) -> Change:
        state.require_owner()
        state.require_final("it can freeze the metadata of all tokens only")
        lines = [("metadata", f"final, of {len(tokens)} tokens"), _FOR_EVER]
        data = FREEZE_TOKENS.call_data([int(each) for each in tokens])
        return Change("freeze", [data], lines)

    return make


@_changing
def pause() -> MakeChange:
    """Pause minting, ahead of waiting transactions; holders can still sell and move tokens."""

    async def make(session: Session, chain: Chain, state: CollectionState) -> Change:
        if state.paused:
            return Change("pause", [], [])
        if not state.is_pauser:
            raise SettingsError(f"{state.account} may not pause {state.address}.")
        return Change("pause", [PAUSE.call_data()], [("minting", "paused")], urgent=True)

    return make


@_changing
def unpause() -> MakeChange:
    """Resume minting."""
    what = ("minting", "goes on")
    return _simple("unpause", UNPAUSE, what, is_done=lambda now: not now.paused)


@_changing
@click.argument("address")
@click.option("--remove", is_flag=True, help="Remove both rights instead.")
def minter(address: str, remove: bool) -> MakeChange:
    """Let ADDRESS mint and pause."""
    who = read_address("ADDRESS", address)
    function = REVOKE_ROLE if remove else GRANT_ROLE

    async def make(session: Session, chain: Chain, state: CollectionState) -> Change:
        state.require_owner()
        roles = [
            role
            for role in (MINTER_ROLE, PAUSER_ROLE)
            if (await chain.call(state.address, HAS_ROLE, role, who))[0] is remove
        ]
        lines = [("minter", f"{who} {'no longer' if remove else 'from now on'}")]
        return Change("minter", [function.call_data(role, who) for role in roles], lines)

    return make


@_changing
def close() -> MakeChange:
    """End minting forever: the collection stays as it is."""

    async def make(session: Session, chain: Chain, state: CollectionState) -> Change:
        state.require_owner()
        state.require_final("`ganshare admin collection minter ADDRESS --remove` ends its minting")
        calls = [] if state.closed else [CLOSE_MINTING.call_data()]
        return Change("close", calls, [("minting", f"over, at {state.tokens} tokens"), _FOR_EVER])

    return make

"""Shares on the page: what they allow, wallets, the statement, and unlocked content."""

import csv
import hmac
import io
import time
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.core.messages import Rank
from bot.core.rendering.errors import sentence_of
from bot.web.request_context import RequestContext
from bot.web.site import Site
from ganshare.domain.shares import DAY, Standing, Unlockable
from ganshare.errors import AskerError, ParameterError, WorldError, quoted
from ganshare.sentences import sentence
from ganshare.shares.gate import Gate
from ganshare.shares.unlocking import unlocking_wallet
from ganshare.shares.wallet_link import WalletLinks

__all__ = [
    "link_wallet",
    "open_unlockable",
    "shares_page",
    "statement",
    "unlink_wallet",
    "unlockable_file",
    "wallet_message",
]

LINK_SECONDS = 300  # for which an unlockable's address works


async def shares_page(site: Site, context: RequestContext) -> Response:
    """What the visitor's shares allow, and their wallets."""
    gate = site.front.gate
    if gate is None:
        title = site.words.say(context.locale, "web-nav-shares")
        said = site.words.say(context.locale, "web-shares-none")
        return site.message(context, 200, said, title)
    if context.person.rank <= Rank.GUEST:
        return RedirectResponse("/sign-in?to=shares", 303)
    person, is_stale = context.person.id, False
    try:
        standing = await gate.standing(person)
    except WorldError:
        standing = await site.store.shares.usage.standing(person, gate.terms)
        is_stale = True
    return site.page(
        context,
        "shares.html",
        standing=standing,
        is_stale=is_stale,
        others=gate.terms.others_per_day,
        hours=_hours,
        day=_day,
        unlocked=await _unlocked(site, standing),
    )


async def statement(site: Site, context: RequestContext) -> Response:
    """What shares and gifts paid for in this period and the one before, as CSV."""
    gate, person = _gate(site, context), context.person.id
    start, end = gate.terms.period_at(await site.store.now())
    found = await site.store.shares.usage.statement(person, start - gate.terms.period, end)
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["painting", "paid by", "state", "started", "finished", "seconds"])
    for each in found.lines:
        times = [_moment(each.started), _moment(each.finished)]
        paid_by = f"'{each.payer}" if each.payer[:1] in "=+-@" else each.payer
        rows.writerow([each.job, paid_by, each.state, *times, f"{each.seconds:.1f}"])
    name = f"statement-{_day(start - gate.terms.period)}-{_day(end)}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


# --- wallets ------------------------------------------------------------------------------------


async def wallet_message(site: Site, context: RequestContext) -> Response:
    """The message that a wallet is to sign, for the visitor's account."""
    try:
        links = _links(site, context)
        text = await links.message(context.person.id, context.said("wallet")[:100])
    except AskerError as error:
        return _refused(site, context, error)
    return JSONResponse({"message": text})


async def link_wallet(site: Site, context: RequestContext) -> Response:
    """Link the wallet that has signed; a script asks, and shows the page again."""
    links = _links(site, context)
    text, signature = context.said("message")[:2000], context.said("signature")[:40_000]
    try:
        # A form has its line ends as the network does.
        message = text.replace("\r\n", "\n")
        wallet = await links.link(context.person.id, message, signature)
    except AskerError as error:
        return _refused(site, context, error)
    said = site.words.say(context.locale, "web-wallets-linked", wallet=wallet)
    return JSONResponse({"go": site.redirect(context, "/shares", said).headers["location"]})


async def unlink_wallet(site: Site, context: RequestContext) -> Response:
    """Unlink one of the visitor's wallets; jobs that wait for its shares end."""
    gate, wallet = _gate(site, context), context.said("wallet")[:100]
    if not await site.store.shares.wallets.unlink(context.person.id, wallet):
        raise ParameterError(sentence("wallet-unknown", given=quoted(wallet)), given=wallet)
    await site.store.queue.end_unpaid()
    days = round(gate.settings.cooldown / DAY)
    said = site.words.say(context.locale, "web-wallets-unlinked", days=days)
    return site.redirect(context, "/shares", said)


def _links(site: Site, context: RequestContext) -> WalletLinks:
    gate = _gate(site, context)
    settings = gate.settings
    origin = site.origin(context.request)
    return WalletLinks(site.store, origin, settings.token.chain_id, settings.cooldown, gate.reader)


def _refused(site: Site, context: RequestContext, error: AskerError) -> Response:
    return JSONResponse({"error": sentence_of(site.words, context.locale, error)}, 422)


# --- what is unlocked ---------------------------------------------------------------------------


async def _unlocked(site: Site, standing: Standing) -> list[Unlockable]:
    tokens = {each.token for each in standing.shares}
    return [each for each in await site.store.shares.unlockables.all() if each.token in tokens]


async def open_unlockable(site: Site, context: RequestContext) -> Response:
    """Look at the chain now, and lead to an address that works for this visitor for minutes."""
    gate, found = _gate(site, context), await _unlockable(site, context)
    wallet = await unlocking_wallet(site.store, gate, context.person.id, found)
    await site.store.shares.unlockables.log_read(found.id, context.person.id, wallet)
    expires = int(time.time()) + LINK_SECONDS
    signature = _signature(context, found.id, expires)
    return RedirectResponse(f"/unlockables/{found.id}/{expires}-{signature}", 303)


async def unlockable_file(site: Site, context: RequestContext) -> Response:
    """The content behind such an address."""
    found = await _unlockable(site, context)
    expires, _, signature = context.request.path_params["key"].partition("-")
    is_ours = expires.isdecimal() and len(expires) < 12
    if not (
        is_ours
        and hmac.compare_digest(signature, _signature(context, found.id, int(expires)))
        and int(expires) > time.time()
    ):
        raise ParameterError(sentence("unlockable-link"))
    headers = {
        # Never shown as a page of ours, whatever it is.
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
    }
    data = await site.blobs.get(found.blob)
    return Response(data, media_type=found.media_type, headers=headers)


async def _unlockable(site: Site, context: RequestContext) -> Unlockable:
    _gate(site, context)
    number = context.request.path_params["unlockable"][:40]
    found = await site.store.shares.unlockables.get(number)
    if found is None:
        raise ParameterError(sentence("unlockable-none", given=quoted(number)), given=number)
    return found


def _signature(context: RequestContext, unlockable: str, expires: int) -> str:
    """Made from the visitor's cookie, which nobody else has."""
    text = f"unlock {unlockable} {expires}"
    return hmac.new(context.session.token.encode(), text.encode(), "sha256").hexdigest()[:32]


# --- small things -------------------------------------------------------------------------------


def _gate(site: Site, context: RequestContext) -> Gate:
    """The gate, for a member; raises ParameterError."""
    if site.front.gate is None or context.person.rank <= Rank.GUEST:
        raise ParameterError(sentence("share-none"))
    return site.front.gate


def _hours(seconds: float) -> str:
    minutes = int(seconds) // 60
    return f"{minutes // 60}:{minutes % 60:02}"


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


def _moment(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")

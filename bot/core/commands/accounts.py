"""/link joins accounts and leads to the page for wallets, /unlink unlinks these; /notify."""

from bot.core.context import CommandContext
from bot.core.messages import Action, Button, Reply
from ganshare.domain.pings import Ping
from ganshare.domain.shares import DAY
from ganshare.errors import ParameterError, quoted
from ganshare.sentences import sentence

__all__ = ["SIGN_IN_PATH", "link", "link_accounts", "notify", "unlink"]

_ROW = 4  # buttons; a person has 20 wallets at most, and Discord shows five rows
SIGN_IN_PATH = "/sign-in/"  # below the page's address; the one-time token follows


async def link(context: CommandContext, code: str) -> list[Reply]:
    """Give a code for the other account and a sign-in link; or ask to confirm a typed code."""
    title = context.say("link-title")
    if code:
        account = await context.store.accounts.peek_link(code)
        text = context.say("link-sure", account=account)
        button = context.button(Action.LINK, code.strip().upper())
        return [Reply(title=title, text=text, buttons=((button,),), is_private=True)]
    lines = [
        context.say("link-code", code=await context.store.accounts.new_link(context.person.id))
    ]
    if context.services.options.web_url:
        lines.append(context.say("link-sign-in", url=await _sign_in(context)))
    if context.services.gate is not None and context.services.options.web_url:
        url = f"{await _sign_in(context)}?to=shares"
        lines.append(context.say("link-wallet", url=url))
    elif context.services.gate is not None:
        lines.append(context.say("link-wallet-no-page"))
    return [Reply(title=title, text="\n\n".join(lines), is_private=True)]


async def _sign_in(context: CommandContext) -> str:
    token = await context.store.accounts.new_sign_in(context.person.id, context.person.name)
    return f"{context.services.options.web_url}{SIGN_IN_PATH}{token}"


async def link_accounts(context: CommandContext, code: str) -> list[Reply]:
    """Make one person of two accounts, now that they said yes."""
    main = await context.store.accounts.redeem_link(code, context.person.id)
    accounts = ", ".join(await context.store.accounts.of_person(main))
    text = context.say("link-done", accounts=accounts)
    title = context.say("link-title")
    return [Reply(title=title, text=text, is_private=True, replaces=True)]


async def unlink(context: CommandContext, wallet: str) -> list[Reply]:
    """Unlink one of the person's wallets, or offer all of them to be unlinked."""
    title, gate = context.say("unlink-title"), context.services.gate
    days = round(gate.settings.cooldown / DAY) if gate is not None else 0
    wallets = context.store.shares.wallets
    if wallet:
        if not await wallets.unlink(context.main, wallet):
            raise ParameterError(sentence("wallet-unknown", given=quoted(wallet)), given=wallet)
        await context.store.queue.end_unpaid()
        text = context.say("unlink-done", wallet=wallet, days=days)
        return [Reply(title=title, text=text, is_private=True, replaces=context.is_press)]
    linked = await wallets.of_person(context.main)
    if not linked:
        return [context.quietly("shares-no-wallet")]
    names = [each.wallet for each in linked]
    buttons = [Button(Action.UNLINK, each, f"{each[:6]}…{each[-4:]}", "✖️") for each in names]
    rows = tuple(tuple(buttons[at : at + _ROW]) for at in range(0, len(buttons), _ROW))
    text = "\n".join([context.say("unlink-how", days=days), *names])
    return [Reply(title=title, text=text, buttons=rows, is_private=True)]


async def notify(context: CommandContext, when: str) -> list[Reply]:
    """Show or change when a person is told that a painting is done, for all their accounts."""
    people = context.store.people
    if when:
        await people.choose_ping(context.main, Ping(when))
    return [context.quietly(f"notify-{await people.ping(context.main)}")]

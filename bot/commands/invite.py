"""`ganshare bot invite`: an address that signs someone in on the page, without a chat."""

import asyncio
from typing import TYPE_CHECKING

import click

from ganshare.errors import ParameterError, quoted
from ganshare.extras import check_extra

if TYPE_CHECKING:
    from ganshare.settings import BotSettings, CoreSettings

__all__ = ["invite"]


@click.command()
@click.argument("name")
@click.option("--account", default="", help="An account invited before, such as web:abcd1234.")
@click.option(
    "--days", type=click.IntRange(1, 90), default=7, help="How many days it is valid; 7 by default."
)
def invite(name: str, account: str, days: int) -> None:
    """Print a one-time address that signs NAME in on the web page, and their account.

    To make the person an admin or curator, add the account to BOT_ADMINS or BOT_CURATORS.
    """
    check_extra("bot")
    from ganshare.settings import BotSettings, CoreSettings, load

    if account and not account.startswith("web:"):
        message = f"An account of the page, such as web:abcd1234, is needed; not {quoted(account)}."
        raise ParameterError(message, given=account)
    core, settings = load(CoreSettings), load(BotSettings)
    made, address = asyncio.run(_invite(core, settings, name, account, days))
    click.echo(f"{address}\nIt works once, within {days} days. The account is {made}.")


async def _invite(
    core: "CoreSettings", settings: "BotSettings", name: str, account: str, days: int
) -> tuple[str, str]:
    from bot.core.commands.accounts import SIGN_IN_PATH
    from bot.core.invitations import invite as make_invitation
    from ganshare.store import open_store

    url = settings.web_url or f"http://{settings.web_listen or '127.0.0.1:8000'}"
    async with open_store(core.database_url.get_secret_value(), migrate=True) as store:
        made, token = await make_invitation(store, name, account, days)
    return made, f"{url}{SIGN_IN_PATH}{token}"

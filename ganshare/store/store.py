"""`Store`: opens the database and holds its parts: queue, votes, rounds, community, sales."""

from ganshare.domain.queue_limits import QueueLimits
from ganshare.domain.votes import Guards
from ganshare.store.community.accounts import Accounts
from ganshare.store.community.api_tokens import ApiTokens
from ganshare.store.community.channels import Places
from ganshare.store.community.gallery import Gallery
from ganshare.store.community.moderation import Community
from ganshare.store.community.passkeys import Passkeys
from ganshare.store.community.people import People
from ganshare.store.community.posts import Posts
from ganshare.store.community.shown import ShownMessages
from ganshare.store.consents import Consents
from ganshare.store.db.database import CONNECTIONS, Database
from ganshare.store.db.dialect import channel
from ganshare.store.db.notify import Notifier, open_notifier
from ganshare.store.db.topics import Topic
from ganshare.store.maintenance.migrate import check_schema, migrate
from ganshare.store.personal_data import PersonalData
from ganshare.store.queue.queue import Queue
from ganshare.store.rounds.rounds import Rounds
from ganshare.store.sales import Sales
from ganshare.store.shares.shares import Shares
from ganshare.store.votes.leaderboards import Leaderboards
from ganshare.store.votes.votes import Votes

__all__ = ["Store", "open_store"]


def open_store(
    url: str,
    limits: QueueLimits | None = None,
    *,
    migrate: bool = False,
    guards: Guards | None = None,
    connections: int | None = None,
) -> "Store":
    """Give the store behind a URL, to be entered with `async with`.

    Args:
        url: sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE.
        limits: of the queue; the defaults if left out.
        migrate: whether to make or renew the tables on entering.
        guards: against haste in voting, where a verb names none; the defaults if left out.
        connections: to PostgreSQL at most, beside one that listens; 8 if left out.

    Raises:
        ParameterError: the URL is of neither kind.
    """
    database = Database(url, connections=connections or CONNECTIONS)
    return Store(database, limits or QueueLimits(), migrates=migrate, guards=guards)


class Store:
    """One process' way to the database; any number of processes share it.

    A verb that meets a database that is away, full, locked or read-only raises StoreError; the
    same verb works again once the database does. Entering raises SchemaError if the tables are
    missing, or older or newer than this version.

    Attributes:
        queue: jobs, and the engines that paint them.
        votes: ballots, their counts and their log.
        rounds: curation rounds, with entries, exposure, curation, critics, announcements, results.
        community: blocks, reports, and the log of moderation.
        accounts: which accounts are one person; sign-ins and sessions.
        api_tokens: with which programs act for a person.
        passkeys: with which people sign in on the page.
        people: what each person has chosen.
        personal_data: all about one person, given to them or forgotten.
        places: what is allowed in each place.
        posts: which message shows which job or painting.
        shown: messages that show paintings, and are renewed when those change.
        gallery: paintings, found, hidden and deleted.
        leaderboards: who paints and votes most.
        sales: tokens and listings, as frontends tell of them.
        consents: what requesters say about the sale of their paintings.
        shares: wallets, what they hold, what that pays for and unlocks.
        database: what they all stand on.
    """

    def __init__(
        self,
        database: Database,
        limits: QueueLimits,
        *,
        migrates: bool = False,
        guards: Guards | None = None,
    ) -> None:
        self.database = database
        self.queue = Queue(database, limits)
        self.votes = Votes(database, guards or Guards())
        self.rounds = Rounds(database)
        self.community = Community(database)
        self.accounts = Accounts(database)
        self.api_tokens = ApiTokens(database)
        self.passkeys = Passkeys(database)
        self.people = People(database)
        self.personal_data = PersonalData(database)
        self.places = Places(database)
        self.posts = Posts(database)
        self.shown = ShownMessages(database)
        self.gallery = Gallery(database)
        self.leaderboards = Leaderboards(database)
        self.sales = Sales(database)
        self.consents = Consents(database)
        self.shares = Shares(database)
        self._migrates = migrates
        self._notifiers: dict[Topic | None, Notifier] = {}

    async def __aenter__(self) -> "Store":
        """Connect and check the schema."""
        try:
            if self._migrates:
                await migrate(self.database)
            await check_schema(self.database)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close every connection."""
        for notifier in self._notifiers.values():
            await notifier.close()
        await self.database.close()

    async def wait(self, timeout: float, topic: Topic | None = None) -> bool:  # noqa: ASYNC109
        """Wait for a notification; False if none came within `timeout` seconds.

        A hint only: it may come for nothing, and there may be nothing to do.
        """
        if topic not in self._notifiers:
            channels = [channel(each) for each in (Topic if topic is None else [topic])]
            self._notifiers[topic] = open_notifier(self.database, channels)
        return await self._notifiers[topic].wait(timeout)

    async def check_writable(self) -> None:
        """Raise StoreError unless the database takes writes."""
        await self.database.check_writable()

    async def now(self) -> float:
        """The database's clock: seconds since 1970."""
        return await self.database.now()

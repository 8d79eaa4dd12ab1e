"""Settings of every process: from the environment, then ganshare.toml, then the default.

One frozen class per process.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import NoDecode, SettingsConfigDict

from ganshare.domain.queue_limits import QueueLimits
from ganshare.settings.base import Settings
from ganshare.settings.shares import SharesSettings
from ganshare.settings.types import (
    KeyedUrls,
    Listen,
    ListenOrOff,
    LowerCase,
    SecretUrl,
    SiteUrl,
    SplitOnCommas,
    TokenIds,
)

__all__ = [
    "CLASSES",
    "TABLES",
    "AdminSettings",
    "BotSettings",
    "CoreSettings",
    "EngineSettings",
    "Listen",
    "SecretUrl",
    "Settings",
    "SharesSettings",
]


class CoreSettings(Settings):
    """What every process needs: where the store and the blobs are, the queue's limits, the log."""

    table = "ganshare"
    model_config = SettingsConfigDict(env_prefix="GANSHARE_")

    database_url: SecretUrl = Field(
        SecretUrl("sqlite+aiosqlite:///ganshare.db"),
        description="The job store: sqlite+aiosqlite:///FILE or postgresql+asyncpg://...",
    )
    database_connections: int | None = Field(
        None,
        ge=1,
        le=100,
        description="PostgreSQL connections per process, plus one; if unset, 1 or 8.",
    )
    blobs_url: SecretUrl = Field(
        SecretUrl("file://./blobs"),
        description="Pictures and saved states: file://FOLDER or s3://BUCKET/PREFIX.",
    )
    models_dir: Path = Field(
        Path("~/.ganshare/models"),
        description="Folder of added models; embedded ones are always there.",
    )
    log: Annotated[Literal["auto", "json", "console"], LowerCase] = Field(
        "auto", description="Format of the log; auto is console on a terminal, json elsewhere."
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], LowerCase] = Field(
        "info", description="The least severe message that is logged."
    )
    per_person_running: int = Field(
        2, ge=1, le=1000, description="Jobs of one person that may be painted at the same time."
    )
    per_person_active: int = Field(
        20, ge=1, description="Jobs of one person that may be queued and running together."
    )
    queue_cap: int = Field(
        10_000,
        ge=1,
        description="Jobs that may be queued in total; people with many are refused first.",
    )
    requester_share: float = Field(
        0.0,
        ge=0,
        le=100,
        description="Percent of the proceeds promised to the member who asked for a painting.",
    )
    lease_seconds: float = Field(
        30.0, ge=1, description="How long a silent engine keeps its jobs before others get them."
    )
    max_attempts: int = Field(
        3, ge=1, le=100, description="How many engines may try a job before it fails."
    )
    engine_seconds: float = Field(
        45.0, ge=1, description="How long an engine counts as alive without a report."
    )
    queued_days: float = Field(
        7.0, gt=0, description="How long a job may wait before it fails and the member is told."
    )
    keep_days: float = Field(
        90.0, ge=2, description="How long previews and cancelled or failed jobs are kept."
    )

    @property
    def limits(self) -> QueueLimits:
        """The queue's limits, as the store takes them."""
        return QueueLimits(
            per_person_running=self.per_person_running,
            per_person_active=self.per_person_active,
            queue_cap=self.queue_cap,
            lease_seconds=self.lease_seconds,
            max_attempts=self.max_attempts,
            engine_seconds=self.engine_seconds,
            queued_seconds=self.queued_days * 86_400,
        )


class EngineSettings(Settings):
    """What an engine paints with and how it runs."""

    table = "engine"
    # `model` is a setting here, not one of pydantic's own names.
    model_config = SettingsConfigDict(env_prefix="ENGINE_", protected_namespaces=())

    device: str = Field(
        "auto", description="Where to compute: auto (a GPU if there is one), cpu, cuda:1, mps."
    )
    dtype: Annotated[Literal["auto", "float32", "bfloat16", "float16"], LowerCase] = Field(
        "auto", description="Number format to compute in; auto is the fastest on the device."
    )
    threads: int | None = Field(
        None, ge=1, le=512, description="CPU threads per operation; if unset, the number of cores."
    )
    model: str | None = Field(
        None,
        description="The only VQGAN to offer; if unset, all installed ones.",
    )
    perceptor: str | None = Field(None, description="The perceptor; the embedded one if unset.")
    upscaler: str | None = Field(None, description="The upscaler; the embedded one if unset.")
    safety_check: str = Field(
        "embedded",
        description="Safety check of pictures: embedded, off, or a name of ganshare.safety_checks.",
    )
    batch: int = Field(4, ge=1, le=256, description="How many jobs to paint at once, in turns.")
    lanes: int | None = Field(
        None,
        ge=1,
        le=64,
        description="Jobs computed at the same moment; if unset, 2 on a CPU and 1, with CUDA "
        "graphs, on a GPU.",
    )
    max_area: int | None = Field(
        None,
        ge=64 * 64,
        description="Largest canvas in pixels (width x height); if unset, what fits in memory.",
    )
    min_area: int = Field(
        0, ge=0, description="Smallest canvas in pixels; smaller ones are left to other engines."
    )
    preview_seconds: float = Field(
        2.0, ge=0, description="The least time between two preview frames of a job."
    )
    save_seconds: float = Field(
        10.0, ge=0, description="The least time between two saved states of a job."
    )
    drain_seconds: float = Field(
        60.0,
        ge=0,
        description="On SIGTERM, finish jobs that need no longer, and hand back the others.",
    )
    step_seconds: float = Field(
        30.0,
        ge=1,
        description="A step hangs after this time, or 20 times the usual if that is longer.",
    )
    job_seconds: float = Field(
        21_600.0, ge=1, description="An attempt at a painting fails if it takes longer."
    )
    health_listen: ListenOrOff = Field(
        Listen("127.0.0.1", 9100),
        description="Where /healthz, /readyz and /metrics are served: HOST:PORT, or off.",
    )
    health_seconds: float = Field(
        300.0, ge=1, description="A main loop silent for longer than this counts as stuck."
    )


class BotSettings(Settings):
    """Chat platforms and the web page; the endpoints are complete prefixes, for stand-ins."""

    table = "bot"
    model_config = SettingsConfigDict(env_prefix="BOT_", protected_namespaces=())

    model: str | None = Field(
        None,
        description="VQGAN if a request names none; if unset, the embedded one, or an engine's.",
    )
    admins: Annotated[tuple[str, ...], SplitOnCommas, NoDecode] = Field(
        (), description="Admins everywhere: accounts such as discord:42, separated by commas."
    )
    curators: Annotated[tuple[str, ...], SplitOnCommas, NoDecode] = Field(
        (), description="Curators everywhere: accounts such as discord:42, separated by commas."
    )
    prompt_source: str = Field(
        "muse", description="Source of /random: muse, words, markov, MODULE:OBJECT, command:..."
    )
    votes_per_minute: int = Field(
        30, ge=1, description="How many votes a person may cast per minute."
    )
    burst_votes: int = Field(
        10, ge=0, description="Hold votes if one painting gets this many in two minutes; 0: off."
    )
    discord_token: SecretStr | None = Field(None, description="Token of the Discord bot.")
    discord_api_base: str | None = Field(
        None, description="Another Discord API, such as http://127.0.0.1:8080/api/v10."
    )
    discord_gateway_url: str | None = Field(
        None, description="Another Discord gateway, such as ws://127.0.0.1:8080/gateway."
    )
    telegram_token: SecretStr | None = Field(None, description="Token of the Telegram bot.")
    telegram_base_url: str | None = Field(
        None, description="Another Telegram Bot API, such as http://127.0.0.1:8081/bot."
    )
    telegram_base_file_url: str | None = Field(
        None, description="Its files, such as http://127.0.0.1:8081/file/bot."
    )
    telegram_webhook_url: str | None = Field(
        None, description="Public URL for Telegram's webhook; long polling if unset."
    )
    telegram_webhook_secret: SecretStr | None = Field(
        None, description="The secret that Telegram sends with each webhook call."
    )
    telegram_webhook_listen: ListenOrOff = Field(
        Listen("127.0.0.1", 8443), description="Where webhook calls arrive: HOST:PORT, or off."
    )
    web_listen: ListenOrOff = Field(
        Listen("127.0.0.1", 8000), description="Where the web page is served: HOST:PORT, or off."
    )
    web_url: SiteUrl | None = Field(
        None,
        description="The page's public address, such as https://paint.example; for links to it.",
    )
    web_guests_per_day: int = Field(
        0, ge=0, le=1000, description="Paintings per day for guests of the web page."
    )
    health_listen: ListenOrOff = Field(
        None,
        description="Where a bot's /healthz, /readyz and /metrics are served: HOST:PORT, or off.",
    )
    safety_check: str = Field(
        "off",
        description="Safety check of uploads: a name of ganshare.safety_checks, or off.",
    )
    moderation_dir: Path | None = Field(
        None, description="Folder of the community's own word lists (*.toml) for prompts."
    )
    web_proxies: Annotated[tuple[str, ...], SplitOnCommas, NoDecode] = Field(
        (), description="Proxies whose X-Forwarded-For to trust: addresses or networks, commas."
    )


class AdminSettings(Settings):
    """Minting, listing and token gating."""

    table = "admin"
    model_config = SettingsConfigDict(env_prefix="ADMIN_")

    rpc_urls: Annotated[KeyedUrls, SplitOnCommas, NoDecode] = Field(
        KeyedUrls(()), description="RPC endpoints of the chain, separated by commas."
    )
    chain_id: int = Field(137, ge=1, description="The chain; 137 is Polygon.")
    keystore: Path | None = Field(None, description="The minter's keystore file (version 3).")
    seller_keystore: Path | None = Field(
        None, description="Keystore of the seller, who gets the tokens; the minter if unset."
    )
    treasury: Annotated[tuple[str, ...], SplitOnCommas, NoDecode] = Field(
        (), description="Addresses for tokens and proceeds, separated by commas."
    )
    collection: str | None = Field(None, description="Address of the collection's contract.")
    curation_places: Annotated[tuple[str, ...], SplitOnCommas, NoDecode] = Field(
        (),
        description="Places whose curators decide what is minted: discord:123, by commas.",
    )
    confirmations: int = Field(
        12, ge=0, description="Confirmations after which a transaction counts as final."
    )
    gas_price_cap_gwei: int = Field(
        500, ge=1, description="Highest price to offer per unit of gas, in gwei."
    )
    transaction_cap: str = Field(
        "5", description="Highest cost of one transaction, in the chain's coin."
    )
    day_cap: str = Field(
        "20", description="Highest cost of all transactions in 24 hours, in the same coin."
    )
    month_cap: str = Field("200", description="Highest cost of all transactions in 30 days.")
    seaport: str = Field(
        "0x0000000000000068F116a894984e2DB1123eB395", description="Seaport 1.6 on the chain."
    )
    conduit_key: str = Field(
        "0x0000007b02230091a7ed01230072f7006a004d60a8d4e71d599b8104250f0000",
        description="Key of the conduit that transfers sold tokens; OpenSea's by default.",
    )
    opensea_collection: str | None = Field(
        None, description="The collection's name in OpenSea's addresses (its slug)."
    )
    pinata_token: SecretStr | None = Field(
        None,
        description="Token of a pinning service with Pinata's API; files are pinned there too.",
    )
    pinata_api: str = Field("https://api.pinata.cloud", description="That service's API.")
    opensea_api_base: str = Field(
        "https://api.opensea.io/api/v2", description="OpenSea's API, or a stand-in."
    )
    opensea_api_key: SecretStr | None = Field(None, description="Key for OpenSea's API.")
    opensea_token: SecretStr | None = Field(None, description="Access token of a drop's owner.")
    drop_target: str | None = Field(None, description="Contract that makes a drop's items.")
    opensea_web_base: str = Field("https://opensea.io", description="OpenSea's pages.")
    currency: str | None = Field(
        None,
        description="What orders are in: symbol, contract, decimals. The chain's coin or its WETH "
        "if unset.",
    )
    browser_folder: Path = Field(
        Path("admin-browser"),
        description="Folder of the browser route, for its profile and failure reports.",
    )
    browser_locators: Path | None = Field(
        None, description="Locators of the marketplace's pages; GANshare's if unset."
    )
    browser_currency: str = Field(
        "WETH 0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619 18",
        description="Currency of the pages: symbol, contract (0x0...0: the coin), decimals.",
    )
    browser_fee_recipients: Annotated[tuple[str, ...], SplitOnCommas, NoDecode] = Field(
        ("0x0000a26b00c1F0DF003000390027140000fAa719",),
        description="Addresses that may receive fees in orders that the browser signs.",
    )
    browser_price_cap: str = Field(
        "100", description="Highest price that the browser's wallet signs."
    )
    browser_pause_seconds: float = Field(
        10.0, ge=0.0, description="Pause between the browser's items."
    )
    browser_patience_seconds: float = Field(
        60.0,
        ge=0.0,
        description="How long to wait for saved items to appear on the marketplace's pages.",
    )
    explorer: str = Field(
        "https://polygonscan.com", description="The chain's explorer, for links to tokens."
    )
    explorer_api: str = Field(
        "https://api.etherscan.io/v2/api",
        description="API of an explorer, compatible with Etherscan's.",
    )
    explorer_api_key: SecretStr | None = Field(None, description="Key for that API.")
    ipfs_api: str = Field(
        "http://127.0.0.1:5001/api/v0", description="The IPFS node's API; off for none."
    )
    gate_contract: str | None = Field(
        None, description="Contract of the shares; no shares are needed if unset."
    )
    gate_token_id: TokenIds = Field(
        (), description="Token IDs of the shares, if the contract is an ERC-1155, by commas."
    )


CLASSES: tuple[type[Settings], ...] = (
    CoreSettings,
    EngineSettings,
    BotSettings,
    AdminSettings,
    SharesSettings,
)
TABLES: Mapping[str, tuple[str, ...]] = {cls.table: tuple(cls.model_fields) for cls in CLASSES}

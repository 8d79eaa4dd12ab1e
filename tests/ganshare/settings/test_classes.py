"""Settings: environment over file over default, one sentence for what is wrong, secrets hidden."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from ganshare.errors import SettingsError
from ganshare.settings import (
    CLASSES,
    AdminSettings,
    BotSettings,
    CoreSettings,
    EngineSettings,
    Listen,
    Settings,
    load,
)
from ganshare.settings.listing import listing, mistyped_variables
from ganshare.settings.provenance import known_secrets

Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """An empty folder, an environment without settings, and a pen for ganshare.toml."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("GANSHARE_", "ENGINE_", "BOT_", "ADMIN_")):
            monkeypatch.delenv(name)

    def write_config(text: str) -> Path:
        path = tmp_path / "ganshare.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_config


def test_without_file_and_environment_the_defaults_work_on_one_machine() -> None:
    core = load(CoreSettings)
    assert core.database_url.get_secret_value() == "sqlite+aiosqlite:///ganshare.db"
    assert core.blobs_url.get_secret_value() == "file://./blobs"
    assert load(EngineSettings).health_listen == Listen("127.0.0.1", 9100)


def test_whether_somebody_chose_a_port_can_be_told(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGINE_HEALTH_LISTEN", "")
    assert "health_listen" not in load(EngineSettings).model_fields_set
    write("[engine]\nhealth_listen = '127.0.0.1:9100'\n")
    assert "health_listen" in load(EngineSettings).model_fields_set


def test_nothing_listens_to_the_outside_by_default() -> None:
    engine, bot = load(EngineSettings), load(BotSettings)
    addresses = [engine.health_listen, bot.web_listen, bot.telegram_webhook_listen]
    assert {address.host for address in addresses if address} == {"127.0.0.1"}


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("[engine]\nbatch = 7\ndevice = 'cuda'\n")
    monkeypatch.setenv("ENGINE_BATCH", "9")
    engine = load(EngineSettings)
    assert (engine.batch, engine.device, engine.max_area) == (9, "cuda", None)


def test_an_empty_variable_is_no_setting(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("[engine]\nmodel = 'mine'\n")
    monkeypatch.setenv("ENGINE_MODEL", "")
    assert load(EngineSettings).model == "mine"


def test_another_file_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.toml"
    other.write_text("[ganshare]\nqueue_cap = 5\n", encoding="utf-8")
    monkeypatch.setenv("GANSHARE_CONFIG", str(other))
    assert load(CoreSettings).queue_cap == 5


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load(CoreSettings).queue_cap = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[engine]\nbacth = 3\n",
            r"The ganshare.toml \[engine\] setting 'bacth' is unknown; allowed are .*"
            r"\(did you mean 'batch'\?\)\.",
        ),
        (
            "[engnie]\nbatch = 3\n",
            "The ganshare.toml table 'engnie' is unknown; allowed are shares, ganshare, engine,"
            r" bot and admin \(did you mean 'engine'\?\)\.",
        ),
        ("engine = 3\n", r"'engine' in ganshare.toml is a single value; it must be a table, .*"),
        ("[engine\n", "ganshare.toml is not valid TOML: .*line 1.*"),
        (
            "[engine]\nbatch = 0\n",
            r"\[engine\] batch in ganshare.toml is '0'; it must be greater than or equal to 1\.",
        ),
        (
            "[engine]\nhealth_listen = '80'\n",
            r"\[engine\] health_listen in ganshare.toml is '80'; it must be HOST:PORT, such as .*",
        ),
        (
            "[ganshare]\nlog = 'yaml'\n",
            r"\[ganshare\] log in ganshare.toml is 'yaml';"
            r" it must be 'auto', 'json' or 'console'\.",
        ),
    ],
)
def test_a_wrong_file_is_one_sentence(write: Write, text: str, sentence: str) -> None:
    write(text)
    settings_cls: type[Settings] = CoreSettings if "[ganshare]" in text else EngineSettings
    with pytest.raises(SettingsError) as caught:
        load(settings_cls)
    assert re.fullmatch(sentence, str(caught.value))


def test_a_typing_error_in_the_table_of_another_process_is_found_as_well(write: Write) -> None:
    write("[bot]\ndiscord_tokn = 'x'\n")
    with pytest.raises(SettingsError, match="did you mean 'discord_token'"):
        load(EngineSettings)


def test_a_file_that_is_not_text_or_not_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ganshare.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not UTF-8"):
        load(CoreSettings)
    monkeypatch.setenv("GANSHARE_CONFIG", "absent.toml")
    with pytest.raises(SettingsError, match=r"absent\.toml cannot be read: No such file"):
        load(CoreSettings)


def test_a_wrong_variable_is_named_with_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_BATCH", "many")
    with pytest.raises(SettingsError) as caught:
        load(EngineSettings)
    assert str(caught.value) == "ENGINE_BATCH is 'many'; it must be a valid integer."


def test_a_wrong_secret_is_not_repeated(write: Write) -> None:
    write("[bot]\ndiscord_token = ['sesame']\n")
    with pytest.raises(SettingsError) as caught:
        load(BotSettings)
    assert "sesame" not in str(caught.value)
    assert "discord_token" in str(caught.value)


def test_addresses_to_listen_on_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_HEALTH_LISTEN", "[::1]:9000")
    assert load(EngineSettings).health_listen == Listen("::1", 9000)
    assert str(load(EngineSettings).health_listen) == "[::1]:9000"
    monkeypatch.setenv("ENGINE_HEALTH_LISTEN", "off")
    assert load(EngineSettings).health_listen is None


def test_several_endpoints_are_divided_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_RPC_URLS", "http://127.0.0.1:8545, http://127.0.0.1:8546/v1/k")
    urls = load(AdminSettings).rpc_urls.get_secret_value()
    assert urls == ("http://127.0.0.1:8545", "http://127.0.0.1:8546/v1/k")


# --- secrets ----------------------------------------------------------------------------------

SECRETS = {
    "GANSHARE_DATABASE_URL": "postgresql+asyncpg://ann:op%40nsesame@db/x",
    "GANSHARE_BLOBS_URL": "s3://id:opensesame2@bucket/x",
    "BOT_DISCORD_TOKEN": "opensesame3",
    "BOT_TELEGRAM_TOKEN": "opensesame4",
    "BOT_TELEGRAM_WEBHOOK_SECRET": "opensesame5",
    "ADMIN_OPENSEA_API_KEY": "opensesame6",
    "ADMIN_RPC_URLS": "http://127.0.0.1/v2/opensesame7",
}


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every secret setting set; gives the texts that must never be seen."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return ["op%40nsesame", "op@nsesame", *(f"opensesame{i}" for i in range(2, 8))]


def test_secrets_are_seen_in_no_listing_and_no_repr(secrets: list[str]) -> None:
    shown = "\n".join([*map(str, listing()), *(repr(load(cls)) for cls in CLASSES)])
    assert [secret for secret in secrets if secret in shown] == []
    assert "postgresql+asyncpg://ann:***@db/x" in shown


def test_the_log_learns_every_secret(secrets: list[str]) -> None:
    known = known_secrets(*(load(cls) for cls in CLASSES))
    assert all(any(secret in text for text in known) for secret in secrets)


def test_the_settings_that_others_rely_on_keep_their_names() -> None:
    names = {entry.variable for entry in listing()}
    assert names >= {
        "GANSHARE_DATABASE_URL", "GANSHARE_BLOBS_URL", "BOT_DISCORD_TOKEN", "BOT_DISCORD_API_BASE",
        "BOT_DISCORD_GATEWAY_URL", "BOT_TELEGRAM_TOKEN", "BOT_TELEGRAM_BASE_URL",
        "BOT_TELEGRAM_BASE_FILE_URL", "BOT_TELEGRAM_WEBHOOK_URL", "BOT_TELEGRAM_WEBHOOK_SECRET",
        "BOT_TELEGRAM_WEBHOOK_LISTEN", "BOT_WEB_LISTEN", "ENGINE_DEVICE", "ENGINE_MODEL",
        "ENGINE_BATCH", "ADMIN_RPC_URLS", "ADMIN_CHAIN_ID", "ADMIN_KEYSTORE",
        "ADMIN_OPENSEA_API_BASE", "ADMIN_OPENSEA_API_KEY", "ADMIN_OPENSEA_WEB_BASE",
        "ADMIN_IPFS_API", "ADMIN_GATE_CONTRACT", "ADMIN_GATE_TOKEN_ID",
    }  # fmt: skip


def test_every_setting_says_what_it_means_and_where_its_value_came_from(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("[engine]\nbatch = 7\n")
    monkeypatch.setenv("ENGINE_DEVICE", "cuda")
    entries = {entry.variable: entry for entry in listing()}
    assert all(entry.meaning.endswith(".") or "://" in entry.meaning for entry in entries.values())
    assert entries["ENGINE_DEVICE"].source == "environment"
    assert (entries["ENGINE_BATCH"].source, entries["ENGINE_BATCH"].value) == ("ganshare.toml", "7")
    assert entries["ENGINE_MODEL"].source == "default"


def test_a_mistyped_variable_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_BACTH", "3")
    monkeypatch.setenv("BOT_OF_ANOTHER_PROGRAM_ALTOGETHER", "1")
    monkeypatch.setenv("GANSHARE_DEBUG", "1")
    assert list(mistyped_variables()) == [("ENGINE_BACTH", "ENGINE_BATCH")]


@pytest.mark.parametrize(
    "name", ["ENGINE_BACTH", "GANSHARE_LEASE_SECOND", "bot_discord_tokn", "ADMIN_KEYSTORES"]
)
def test_a_slip_is_an_error_unless_a_newer_version_knows_the_name(
    name: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "3")
    with pytest.raises(
        SettingsError, match=f"{name} is not a setting .did you mean {name[:3].upper()}"
    ):
        load(CoreSettings)
    monkeypatch.setenv("GANSHARE_NEWER_SETTINGS", f"ENGINE_PATIENCE, {name}")
    load(CoreSettings)
    write("[engine]\npatience = 7\n")
    assert load(EngineSettings).batch == 4


def test_a_new_setting_of_a_newer_version_stops_no_older_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENGINE_WARM_MODELS", "3")
    monkeypatch.setenv("ENGINE_OF_A_TRAIN", "3")
    load(EngineSettings)


def test_the_address_of_the_page_is_a_scheme_and_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_WEB_URL", "https://paint.example/")
    assert load(BotSettings).web_url == "https://paint.example"
    monkeypatch.setenv("BOT_WEB_URL", "https://paint.example/page")
    with pytest.raises(SettingsError, match=r"BOT_WEB_URL .* a scheme and a host"):
        load(BotSettings)


def test_no_proxy_is_believed_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(BotSettings).web_proxies == ()
    monkeypatch.setenv("BOT_WEB_PROXIES", "10.0.0.1, 192.168.0.0/16")
    assert load(BotSettings).web_proxies == ("10.0.0.1", "192.168.0.0/16")


@pytest.mark.parametrize("name", ["GANSHARE_DATABSE_URL", "GANSHARE_BLOB_URL"])
def test_a_mistyped_address_starts_no_empty_store(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "postgresql+asyncpg://database/ganshare")
    with pytest.raises(SettingsError, match=f"{name} is not a setting .did you mean GANSHARE_"):
        load(CoreSettings)

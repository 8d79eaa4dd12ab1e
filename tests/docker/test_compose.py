"""compose.yaml: each profile is whole, and every name in it is that of something real."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ganshare.settings import CLASSES, EngineSettings

yaml = pytest.importorskip("yaml")

DOCKER = Path(__file__).parents[2] / "docker"
# Settings of other programs, and of the S3 client.
FOREIGN = re.compile(
    r"(POSTGRES|MINIO)_[A-Z_]+|AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|REGION|ENDPOINT_URL)"
)
SHAPES = ("sqlite", "postgres")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
    return loaded


@pytest.fixture
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def env_file(service: dict[str, Any]) -> dict[str, str]:
    """The variables of a service's env file, or of the example that it is copied from."""
    path = DOCKER / service.get("env_file", "none")
    example = path.with_name(f"{path.name}.example")
    if "env_file" not in service:
        return {}
    text = (example if example.exists() else path).read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def seconds(duration: str) -> float:
    assert duration.endswith("s")
    return float(duration[:-1])


def test_each_service_has_one_profile_and_each_shape_an_engine(
    services: dict[str, dict[str, Any]],
) -> None:
    assert {tuple(service["profiles"]) for service in services.values()} == {
        ("sqlite",),
        ("postgres",),
        ("metrics",),
        ("admin",),
    }
    for shape in SHAPES:
        for process in ("engine", "bot", "web"):
            assert services[f"{shape}-{process}"]["profiles"] == [shape]


def test_what_a_service_waits_for_is_in_its_profile_and_can_come_true(
    services: dict[str, dict[str, Any]],
) -> None:
    for service in services.values():
        needed = service.get("depends_on", {})
        for name in needed:
            assert services[name]["profiles"] == service["profiles"]
        if isinstance(needed, dict):
            for name, how in needed.items():
                if how["condition"] == "service_healthy":
                    assert "healthcheck" in services[name]
                else:
                    assert how["condition"] == "service_completed_successfully"
                    assert services[name]["restart"] == "on-failure"


def test_our_images_are_built_from_dockerfiles_that_exist_with_arguments_that_they_take(
    services: dict[str, dict[str, Any]],
) -> None:
    built = [service["build"] for service in services.values() if "build" in service]
    assert len(built) == 12  # store, engine, bot, web, admin and its backups, in both shapes
    for build in built:
        dockerfile = DOCKER / build["context"] / build["dockerfile"]
        taken = re.findall(r"^ARG (\w+)", dockerfile.read_text("utf-8"), re.MULTILINE)
        assert set(build["args"]) == set(taken)


def test_our_containers_have_no_rights_and_no_writable_image(
    services: dict[str, dict[str, Any]],
) -> None:
    for service in services.values():
        if "build" in service:
            assert service["cap_drop"] == ["ALL"]
            assert service["read_only"] is True
            assert service["security_opt"] == ["no-new-privileges:true"]


def test_others_images_are_pinned_to_an_exact_version(
    services: dict[str, dict[str, Any]],
) -> None:
    for service in services.values():
        if "build" not in service:
            tag = service["image"].partition(":")[2]
            assert re.search(r"[0-9]+[.-][0-9]+", tag)


def test_no_container_takes_all_memory_or_fills_the_disk_with_its_log(
    services: dict[str, dict[str, Any]],
) -> None:
    for service in services.values():
        assert re.fullmatch(r"[0-9]+[mg]", service["mem_limit"])
        assert service["logging"]["driver"] == "json-file"
        assert {"max-size", "max-file"} <= set(service["logging"]["options"])


def test_a_backup_is_made_each_day_and_keys_are_read_only(
    services: dict[str, dict[str, Any]], tmp_path: Path, sqlite_url: str
) -> None:
    for shape in SHAPES:
        backup = services[f"{shape}-backup"]
        assert "backups:/backups" in backup["volumes"]
        assert "./keys:/keys:ro" in services[f"{shape}-admin"]["volumes"]
        assert services[f"{shape}-admin"]["profiles"] == ["admin"]
    # What it does first is done here.
    (first, _, rest) = services["sqlite-backup"]["command"][-1].partition("||")
    assert "sleep 86400" in rest
    command = first.partition("do ")[2].replace("$$", "$").replace("/backups", str(tmp_path))
    environment = {**os.environ, "GANSHARE_DATABASE_URL": sqlite_url}
    words = ["/bin/sh", "-c", command.replace("python", sys.executable)]
    subprocess.run(words, env=environment, check=True)
    assert len(list(tmp_path.glob("[1-7].backup"))) == 1


def test_every_variable_of_the_env_files_is_a_setting(
    services: dict[str, dict[str, Any]],
) -> None:
    ours = {cls.variable(name) for cls in CLASSES for name in cls.model_fields}
    for shape in SHAPES:
        variables = env_file(services[f"{shape}-engine"])
        assert {"GANSHARE_DATABASE_URL", "GANSHARE_BLOBS_URL"} <= set(variables)
        assert [
            name for name in variables if name not in ours and not FOREIGN.fullmatch(name)
        ] == []


def test_variables_that_commands_read_come_from_their_env_file(
    services: dict[str, dict[str, Any]],
) -> None:
    read = 0
    for service in services.values():
        for name in re.findall(r"\$\$(\w+)", str(service)):
            assert name in env_file(service)
            read += 1
    assert read >= 4


def test_the_hosts_and_the_bucket_of_the_urls_are_those_of_the_services(
    services: dict[str, dict[str, Any]],
) -> None:
    variables = env_file(services["postgres-engine"])
    database = variables["GANSHARE_DATABASE_URL"].rpartition("@")[2].partition("/")
    assert database[0] in services
    assert database[2] == variables["POSTGRES_DB"]
    assert variables["AWS_ENDPOINT_URL"] == "http://blobs:9000"
    bucket = variables["GANSHARE_BLOBS_URL"].removeprefix("s3://").partition("/")[0]
    assert str(services["bucket"]["command"]).rstrip("']").endswith(f"store/{bucket}")
    assert variables["AWS_ACCESS_KEY_ID"] == variables["MINIO_ROOT_USER"]
    assert variables["AWS_SECRET_ACCESS_KEY"] == variables["MINIO_ROOT_PASSWORD"]
    assert f":{variables['POSTGRES_PASSWORD']}@" in variables["GANSHARE_DATABASE_URL"]


def test_the_sqlite_shape_keeps_everything_in_its_volume(
    services: dict[str, dict[str, Any]],
) -> None:
    variables = env_file(services["sqlite-engine"])
    (folder,) = [mount.partition(":")[2] for mount in services["sqlite-engine"]["volumes"]]
    assert variables["GANSHARE_DATABASE_URL"].startswith(f"sqlite+aiosqlite:///{folder}/")
    assert variables["GANSHARE_BLOBS_URL"].startswith(f"file://{folder}/")
    assert services["sqlite-migrate"]["volumes"] == services["sqlite-engine"]["volumes"]


def test_engines_that_hang_are_restarted(services: dict[str, dict[str, Any]]) -> None:
    for shape in ("sqlite", "postgres"):
        command = services[f"{shape}-engine"]["command"]
        assert command[:4] == ["python", "-m", "ganshare", "up"]
        assert {"--no-bot", "--no-web"} <= set(command)


def test_engines_get_the_time_to_drain(services: dict[str, dict[str, Any]]) -> None:
    for shape in SHAPES:
        grace = seconds(services[f"{shape}-engine"]["stop_grace_period"])
        assert grace >= EngineSettings().drain_seconds + 10


def test_volumes_are_declared_and_mounted_files_exist(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    sources = [
        mount.partition(":")[0]
        for service in services.values()
        for mount in service.get("volumes", [])
    ]
    assert {source for source in sources if "/" not in source} == set(compose["volumes"])
    files = [source for source in sources if "/" in source]
    keys = [file for file in files if file == "./keys"]  # of the owner
    assert (len(files), len(keys)) == (6, 2)
    assert all((DOCKER / file).is_file() for file in files if file not in keys)


def test_only_grafana_and_the_page_are_published_and_that_on_this_machine_only(
    services: dict[str, dict[str, Any]],
) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {
        "grafana": ["127.0.0.1:3000:3000"],
        "sqlite-web": ["127.0.0.1:8000:8000"],
        "postgres-web": ["127.0.0.1:8000:8000"],
    }


def test_prometheus_scrapes_engines_and_bots_where_they_answer(
    services: dict[str, dict[str, Any]],
) -> None:
    config = yaml.safe_load((DOCKER / "prometheus.yml").read_text("utf-8"))
    scraped = {}
    for scrape in config["scrape_configs"]:
        (found,) = scrape["dns_sd_configs"]
        for name in found["names"]:
            assert services[name]["expose"] == [str(found["port"])]
            scraped[name] = found["port"]
    processes = ("engine", "bot")
    assert set(scraped) == {f"{shape}-{process}" for shape in SHAPES for process in processes}

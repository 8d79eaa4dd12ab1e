"""The manifests for Kubernetes: valid by its own schemas, and their names are of something real."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ganshare.settings import CLASSES, EngineSettings

DOCKER = Path(__file__).parents[2] / "docker"
FOLDER = DOCKER / "kubernetes"
VERSION = "1.31"


def documents() -> Iterator[dict[str, Any]]:
    for name in kustomization()["resources"]:
        yield from yaml.safe_load_all((FOLDER / name).read_text("utf-8"))


def kustomization() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))
    return loaded


ALL = {f"{each['kind']} {each['metadata']['name']}": each for each in documents()}
PODS = {
    name: pod
    for name, each in ALL.items()
    if (pod := each["spec"].get("jobTemplate", each).get("spec", {}).get("template"))
}
OURS = {name: each for name, each in ALL.items() if "keda" not in each["apiVersion"]}


def test_every_file_is_applied() -> None:
    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(kustomization()["resources"]) == files


@pytest.mark.parametrize("name", OURS)
def test_kubernetes_own_schemas_accept_them(name: str) -> None:
    validate = pytest.importorskip("kubernetes_validate")
    validate.validate(OURS[name], VERSION, strict=True)


def test_a_wrong_field_is_noticed() -> None:
    validate = pytest.importorskip("kubernetes_validate")
    wrong = json.loads(json.dumps(OURS["Deployment ganshare-engine"]))
    wrong["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(validate.ValidationError):
        validate.validate(wrong, VERSION, strict=True)


@pytest.mark.parametrize("name", PODS)
def test_pods_have_no_rights_and_a_limit_of_memory(name: str) -> None:
    spec = PODS[name]["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["automountServiceAccountToken"] is False
    images = {image["name"] for image in kustomization()["images"]}
    for container in spec["containers"]:
        assert container["image"] in images
        assert (DOCKER / f"{container['image'].removeprefix('ganshare-')}.Dockerfile").exists()
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in spec["volumes"]}


def test_selectors_find_the_pods() -> None:
    for name, each in ALL.items():
        selector = each["spec"].get("selector") or {}
        wanted = selector.get("matchLabels", selector)
        if each["kind"] == "Deployment":
            assert wanted == PODS[name]["metadata"]["labels"]
        elif wanted:
            assert any(wanted == pod["metadata"]["labels"] for pod in PODS.values())


def test_probes_ask_where_the_images_answer() -> None:
    for process in ("engine", "bot", "web"):
        (container,) = PODS[f"Deployment ganshare-{process}"]["spec"]["containers"]
        (port,) = container["ports"]
        dockerfile = (DOCKER / f"{container['image'].partition('-')[2]}.Dockerfile").read_text()
        assert f"0.0.0.0:{port['containerPort']}" in dockerfile
        probes = [container["livenessProbe"], container["readinessProbe"]]
        for probe in [*probes, *filter(None, [container.get("startupProbe")])]:
            assert probe["httpGet"]["port"] == port["name"]
            assert probe["httpGet"]["path"] in ("/healthz", "/readyz")


def test_engines_get_the_time_to_drain() -> None:
    grace = PODS["Deployment ganshare-engine"]["spec"]["terminationGracePeriodSeconds"]
    assert grace >= EngineSettings().drain_seconds + 10
    assert "replicas" not in ALL["Deployment ganshare-engine"]["spec"]  # KEDA's to say


def test_keda_scales_the_engines_from_none_by_the_queue(sqlite_url: str) -> None:
    scaled = ALL["ScaledObject ganshare-engine"]["spec"]
    assert f"Deployment {scaled['scaleTargetRef']['name']}" in ALL
    assert scaled["minReplicaCount"] == 0 < scaled["maxReplicaCount"]
    (trigger,) = scaled["triggers"]
    access = ALL[f"TriggerAuthentication {trigger['authenticationRef']['name']}"]
    (secret,) = access["spec"]["secretTargetRef"]
    assert (secret["parameter"], secret["name"]) == ("connection", "ganshare")
    assert secret["key"] in (FOLDER / "settings.env.example").read_text("utf-8")
    assert int(trigger["metadata"]["targetQueryValue"]) == EngineSettings().batch
    import sqlite3

    with sqlite3.connect(sqlite_url.partition(":///")[2]) as database:
        assert database.execute(trigger["metadata"]["query"]).fetchone() == (0,)


def test_every_variable_is_a_setting() -> None:
    ours = {cls.variable(name) for cls in CLASSES for name in cls.model_fields}
    text = (FOLDER / "settings.env.example").read_text("utf-8")
    foreign = r"AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|REGION|ENDPOINT_URL)|KEDA_DATABASE_URL"
    names = re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)
    assert [name for name in names if name not in ours and not re.fullmatch(foreign, name)] == []
    (secrets,) = kustomization()["secretGenerator"]
    for pod in PODS.values():
        for container in pod["spec"]["containers"]:
            assert container["envFrom"] == [{"secretRef": {"name": secrets["name"]}}]

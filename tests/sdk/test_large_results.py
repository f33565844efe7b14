"""Results too large for an event, each in a file of the run's spool folder."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dagy.runner.cache import LocalCache
from dagy.runner.protocol import Ref, Result
from dagy.runner.store import store

LARGE = b'"' + b"x" * 100_000 + b'"'


def test_equal_results_of_two_tasks_never_share_a_file(tmp_path: Path) -> None:
    first = store(LARGE, str(tmp_path))
    assert first.ref is not None
    with Path(first.ref.path).open("rb") as reading:
        second = store(LARGE, str(tmp_path))
        assert reading.read() == LARGE
        assert second.ref is not None
        assert second.ref.path != first.ref.path
    assert second.ref.sha256 == first.ref.sha256


def test_a_result_whose_twin_the_host_has_taken_is_still_there(tmp_path: Path) -> None:
    first, second = store(LARGE, str(tmp_path)), store(LARGE, str(tmp_path))
    assert first.ref is not None
    assert second.ref is not None
    Path(first.ref.path).unlink()
    assert Path(second.ref.path).read_bytes() == LARGE
    assert first.load() == second.load() == LARGE


def test_threads_that_cache_equal_results_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    cache = LocalCache(tmp_path / "cache")
    result = store(LARGE, str(tmp_path)).result()

    def put(_: int) -> Result | None:
        cache.put("key", result, ttl_seconds=None)
        return cache.get("key")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(put, range(200)))
    for each in found:
        assert each is not None
        assert isinstance(each.ref, Ref)
        assert Path(each.ref.path).read_bytes() == LARGE

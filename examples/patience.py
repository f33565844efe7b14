"""A long flow to watch, and to cancel: `dagy runs cancel` stops it within seconds."""

import time

from dagy import flow, get_logger, get_run_context, task


@task
def wait(step: int, seconds: float) -> int:
    """Sleeps in small pieces and looks whether somebody asked to stop."""
    log = get_logger()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if get_run_context().is_cancelled():
            log.warning("asked to stop in step %d", step)
            break
        time.sleep(min(0.2, max(0.0, end - time.monotonic())))
    log.info("step %d is done", step)
    return step + 1


@flow(description="Ten slow steps, one after the other", tags={"example": "patience"})
def patience(seconds_per_step: float = 30.0) -> int:
    step = wait(0, seconds_per_step)
    for _ in range(9):
        step = wait(step, seconds_per_step)
    return step

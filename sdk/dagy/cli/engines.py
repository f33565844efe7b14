"""Engines by the names people use (`step-functions`) and those of the API (`STEP_FUNCTIONS`)."""

ENGINES = ("local", "lambda", "step-functions", "ecs")


def api_name(engine: str) -> str:
    return engine.upper().replace("-", "_")


def shown(engine: str | None) -> str | None:
    return None if engine is None else engine.lower().replace("_", "-")

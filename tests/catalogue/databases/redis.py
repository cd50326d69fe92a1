"""Redis as fakeredis plays it: a round trip for each command, and one for a whole pipeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from databases.given import parameters


def configure() -> None:
    pass


def run(function: Callable[..., Any], rows: int, record: Callable[[str], None]) -> None:
    """Call a case with a client of a store of so many keys."""
    import fakeredis
    from redis.client import Pipeline

    class Counted(fakeredis.FakeRedis):
        def execute_command(self, *args: Any, **options: Any) -> Any:
            record(str(args[0]))
            return super().execute_command(*args, **options)

    client = fakeredis.FakeRedis(server=fakeredis.FakeServer())
    for i in range(1, rows + 1):
        client.set(f"user:{i}", i)
    counted = Counted(connection_pool=client.connection_pool)
    arguments = {name: GIVEN[name](counted, rows) for name in parameters(function)}
    real = Pipeline.execute

    def execute(self: Any, *args: Any, **kwargs: Any) -> Any:
        record("PIPELINE")
        return real(self, *args, **kwargs)

    Pipeline.execute = execute
    try:
        function(**arguments)
    finally:
        Pipeline.execute = real


GIVEN: dict[str, Callable[[Any, int], Any]] = {
    "client": lambda client, rows: client,
    "keys": lambda client, rows: [f"user:{i}" for i in range(1, rows + 1)],
}
"""What a case gets for its parameters, by their names."""

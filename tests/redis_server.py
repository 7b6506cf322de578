"""A real Redis for tests, that keeps nothing on disk."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.faults.test_cli_faults import wait_for


class RedisServer:
    """A server on this machine, until it is stopped.

    Args:
        folder: where it may write.
        password: that it asks for; empty for none.
    """

    def __init__(self, folder: Path, password: str = "") -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._folder, self._password = folder, password
        self.start()

    @property
    def url(self) -> str:
        """Where it is."""
        password = f":{self._password}@" if self._password else ""
        return f"redis://{password}127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, empty."""
        program = shutil.which("redis-server")
        assert program, "make dev installs redis-server"
        given = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        given += ["--dir", str(self._folder)]
        given += ["--requirepass", self._password] if self._password else []
        self._process = subprocess.Popen([program, *given], stdout=subprocess.DEVNULL)
        self.client = Redis.from_url(self.url)
        assert wait_for(self._answers)

    def stop(self) -> None:
        """Stop it; what it knew is gone."""
        self.client.close()
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except RedisError:
            return False

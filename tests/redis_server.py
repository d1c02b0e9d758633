"""A Redis of a test's own: Debian's redis-server on a socket in a folder, or a clear reason why there is none."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

BINARY = shutil.which("redis-server") or shutil.which("valkey-server")
needs_redis = pytest.mark.skipif(BINARY is None, reason="no redis-server here: apt-get install redis-server")


class RedisServer:
    """A server that a test may stop, freeze, and start again; options as on its command line."""

    def __init__(self, folder: Path, *options: str, config: Path | None = None) -> None:
        self.socket = folder / "redis.sock"
        self._folder = folder
        self._options = options
        self._config = [] if config is None else [str(config)]
        self.start()

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        assert BINARY is not None
        unsaved = ("--save", "", "--appendonly", "no")
        command = [
            BINARY,
            *self._config,
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--dir",
            str(self._folder),
        ]
        self._process = subprocess.Popen(
            [*command, *unsaved, *self._options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10
        with redis.Redis(unix_socket_path=str(self.socket), retry=Retry(NoBackoff(), 0)) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.AuthenticationError:
                    return  # it answers
                except redis.RedisError:
                    assert self._process.poll() is None, "redis-server ended at once"
                    assert time.monotonic() < deadline, "redis-server does not answer"
                    time.sleep(0.01)

    def freeze(self) -> None:
        """Let it hold its connections and say nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(10)
        self.socket.unlink(missing_ok=True)

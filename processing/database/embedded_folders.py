"""Whose the embedded server's folders are: PostgreSQL refuses to run as root, and its sockets must be private."""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processing.errors import DatabaseUnavailableError, InvalidParameterError

_OS_USER = "pgserver"
_SOCKET_NAME = ".s.PGSQL.5432"
# The kernel's limit for a socket's path is 103 bytes on macOS and 107 on Linux.
_LONGEST_SOCKET_PATH = 103
# Not the temporary folder of the environment: every process must come to the same place.
_SHORT_ROOT = Path("/tmp")


@dataclass(frozen=True, slots=True)
class Owner:
    """The operating system's user that the server runs as."""

    uid: int
    gid: int

    @property
    def process_options(self) -> dict[str, Any]:
        """What ``subprocess`` needs to run something as this user."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def owner_of(cluster_dir: Path) -> Owner:
    """Return who runs the server: the one who owns its files, for a new one this user, and never root.

    Raises
    ------
    InvalidParameterError
        If the files belong to somebody else and this user is not root.
    """
    is_root = os.geteuid() == 0
    if cluster_dir.exists():
        status = cluster_dir.stat()
        if status.st_uid == os.geteuid() and not is_root:
            return Owner(status.st_uid, status.st_gid)
        if not is_root:
            raise InvalidParameterError(
                f"The database in '{cluster_dir}' belongs to user {status.st_uid}, but this is user {os.geteuid()}; "
                "use the same user, or another DATA_DIR."
            )
        if status.st_uid != 0:
            return Owner(status.st_uid, status.st_gid)
    return _server_user() if is_root else Owner(os.geteuid(), os.getegid())


def prepare_folders(cluster_dir: Path, owner: Owner) -> Path:
    """Let the server's user reach the cluster, and return the private folder for its sockets.

    That is the cluster itself, which nobody else may enter, unless its path is too long for a socket.
    """
    if os.geteuid() != owner.uid:
        let_pass(cluster_dir, owner)
    if "," not in str(cluster_dir) and _fits(
        cluster_dir
    ):  # libpq takes a comma for the start of another host
        return cluster_dir
    name = hashlib.sha256(os.fsencode(cluster_dir)).hexdigest()[:16]
    return private_folder(_SHORT_ROOT / f"ghostly-{owner.uid}-{name}", owner)


def private_folder(path: Path, owner: Owner) -> Path:
    """Return ``path`` as a folder that only ``owner`` may enter, made if it is not there.

    Raises
    ------
    InvalidParameterError
        If something else has the name: anybody could have put it there and would see what passes through it.
    """
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    status = path.lstat()
    whose = {owner.uid, os.geteuid()}
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in whose or stat.S_IMODE(status.st_mode) & 0o077:
        raise InvalidParameterError(
            f"'{path}' should be a private folder of user {owner.uid}, but is not; remove it, or set DATA_DIR to a "
            f"path of fewer than {_LONGEST_SOCKET_PATH - len(_SOCKET_NAME) - len('/postgres/')} characters."
        )
    if status.st_uid != owner.uid:
        os.chown(path, owner.uid, owner.gid, follow_symlinks=False)
    return path


def let_pass(path: Path, owner: Owner) -> None:
    """Let everybody pass through the folders above ``path``, not list them, where the server's user cannot."""
    for folder in path.parents:
        status = folder.stat()
        if status.st_uid != owner.uid and not status.st_mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)


def let_run(install_dir: Path, owner: Owner) -> None:
    """Let the server's user run the programs below a folder, also where they were installed for root alone."""
    let_pass(install_dir, owner)
    if install_dir.stat().st_mode & 0o005 == 0o005:
        return
    for path in [*install_dir.rglob("*"), install_dir]:
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | 0o004 | (0o001 if mode & 0o100 else 0))


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH


def _server_user() -> Owner:
    try:
        try:
            entry = pwd.getpwnam(_OS_USER)
        except KeyError:
            subprocess.run(["useradd", "--system", _OS_USER], check=True, capture_output=True)
            entry = pwd.getpwnam(_OS_USER)
    except (OSError, KeyError, subprocess.CalledProcessError) as exc:
        raise DatabaseUnavailableError(
            f"PostgreSQL does not run as root, and the user '{_OS_USER}' could not be made ({exc}). Make it, or run "
            "this program as an ordinary user."
        ) from exc
    return Owner(entry.pw_uid, entry.pw_gid)

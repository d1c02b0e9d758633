"""The embedded server's folders stay with who owns them, and are opened to others no further than needed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from processing.database.embedded_folders import Owner, let_run, owner_of, prepare_folders
from processing.errors import InvalidParameterError

ME = Owner(os.getuid(), os.getgid())
SOMEBODY = 12_345


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_database_is_run_by_the_ordinary_user_who_owns_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "postgres"
    folder.mkdir()
    if ME.uid == 0:
        os.chown(folder, SOMEBODY, SOMEBODY)
    whose = folder.stat()
    monkeypatch.setattr(os, "geteuid", lambda: whose.st_uid)
    assert owner_of(folder) == Owner(whose.st_uid, whose.st_gid)


def test_a_database_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: SOMEBODY)
    with pytest.raises(InvalidParameterError, match=f"belongs to user {ME.uid}, but this is user {SOMEBODY}"):
        owner_of(tmp_path)


def test_for_a_server_of_ones_own_no_folder_is_opened_to_others(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    if ME.uid == 0:
        os.chown(home, SOMEBODY, SOMEBODY)
    assert prepare_folders(home / "p", ME) == home / "p"
    assert _mode(home) == 0o700


def test_programs_that_were_installed_for_root_alone_are_opened_and_nothing_that_they_link_to(
    tmp_path: Path,
) -> None:
    secret = tmp_path / "secret"
    install = tmp_path / "pginstall"
    (install / "bin").mkdir(parents=True)
    program, text = install / "bin" / "postgres", install / "readme"
    for path, mode in ((secret, 0o600), (program, 0o700), (text, 0o600)):
        path.touch()
        path.chmod(mode)
    (install / "link").symlink_to(secret)
    for folder in (install / "bin", install):
        folder.chmod(0o700)

    let_run(install, ME)

    assert [_mode(path) for path in (install, install / "bin", program, text)] == [0o705, 0o705, 0o705, 0o604]
    assert _mode(secret) == 0o600


def test_programs_that_everybody_may_run_are_left_as_they_are(tmp_path: Path) -> None:
    install = tmp_path / "pginstall"
    install.mkdir()
    (install / "readme").touch(mode=0o600)
    install.chmod(0o755)
    let_run(install, ME)
    assert _mode(install / "readme") == 0o600

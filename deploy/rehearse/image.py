"""The Dockerfile carried out in a folder: read, not repeated, so that the rehearsal cannot drift from the image."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DOCKERFILE = PROJECT / "deploy" / "Dockerfile"

_NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc")


@dataclass(frozen=True)
class Step:
    """One instruction of the Dockerfile."""

    name: str
    words: str


@dataclass
class Image:
    """What the last stage leaves: files below ``root``, environment, working folder, user and command."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: int = 0
    command: list[str] = field(default_factory=list)

    def path(self, inside: str) -> Path:
        """Return where an absolute path of the image lies here."""
        return self.root / inside.lstrip("/")

    def rooted(self, text: str) -> str:
        """Return a text with the absolute paths of the image replaced by those below ``root``."""
        return re.sub(r"(?<![\w.])/(opt|data)(?=/|:|$|\s)", lambda found: f"{self.root}/{found[1]}", text)


def read_steps(text: str) -> Iterator[Step]:
    """Yield the instructions of a Dockerfile, continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    for line in joined.splitlines():
        name, _, words = line.strip().partition(" ")
        if name:
            yield Step(name.upper(), words.strip())


def copied_paths(text: str) -> list[str]:
    """Return what the Dockerfile copies from the project."""
    return [
        source
        for step in read_steps(text)
        if step.name == "COPY" and not step.words.startswith("--from")
        for source in shlex.split(step.words)[:-1]
    ]


def build(root: Path, *, environment_of_pip: Mapping[str, str]) -> Image:
    """Carry the Dockerfile out below ``root``; both stages share it, as the second copies the first's environment."""
    image = Image(root)
    for step in read_steps(DOCKERFILE.read_text(encoding="utf-8")):
        match step.name:
            case "FROM":
                image.environment, image.folder = {}, "/"
                _bring_python(image)
            case "WORKDIR":
                image.folder = step.words
                image.path(step.words).mkdir(parents=True, exist_ok=True)
            case "ENV":
                for name, value in (word.split("=", 1) for word in shlex.split(step.words)):
                    value = value.replace("$PATH", "/usr/local/bin:/usr/bin:/bin")
                    image.environment[name] = image.rooted(value)
            case "COPY":
                _copy(image, shlex.split(step.words))
            case "RUN":
                _run(image, step.words, environment_of_pip)
            case "USER":
                image.user = int(step.words.partition(":")[0])
            case "CMD":
                image.command = json.loads(step.words)
    return image


def make_read_only(image: Image) -> None:
    """Take away the right to write from everything but the data folder, which belongs to the image's user."""
    for part in ("opt", "build", "usr"):
        subprocess.run(["chmod", "-R", "a-w,a+rX", image.root / part], check=True)
    data = image.path("/data")
    data.mkdir(mode=0o700, exist_ok=True)
    data.chmod(0o700)
    if os.geteuid() == 0:
        os.chown(data, image.user, image.user)


def _bring_python(image: Image) -> None:
    """Put this machine's Python where the base image has its own: the programs' user may not enter its folder here."""
    target = image.path("/usr/local")
    shared = sorted((Path(sys.base_prefix) / "lib").glob("libpython3.*.so.*"))
    if shared:
        image.environment["LD_LIBRARY_PATH"] = str(target / "lib")
    if target.exists():
        return
    library = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for part in (Path("bin") / library, Path("lib") / library):
        source, goal = Path(sys.base_prefix) / part, target / part
        goal.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(
                source, goal, ignore=shutil.ignore_patterns("site-packages", "test", "__pycache__")
            )
        else:
            shutil.copy2(source, goal)
    for file in shared:
        shutil.copy2(file, target / "lib" / file.name)
    (target / "bin" / "python").symlink_to(library)


def _copy(image: Image, words: list[str]) -> None:
    if words[0].startswith("--from"):
        if not image.path(words[1]).exists():
            raise SystemExit(f"The first stage made no {words[1]}")
        return
    *sources, target = words
    for source in sources:
        goal = image.path(f"{image.folder}/{target}")
        if (PROJECT / source).is_dir():
            shutil.copytree(PROJECT / source, goal, ignore=_NOT_COPIED)
        else:
            goal = goal / source if target.endswith(("/", ".")) else goal
            shutil.copy2(PROJECT / source, goal)


def _run(image: Image, words: str, environment_of_pip: Mapping[str, str]) -> None:
    if "useradd" in words:
        return  # users are numbers here: the programs run under the number that USER names
    path = {"PATH": f"{image.path('/usr/local')}/bin:/usr/bin:/bin"}
    environment = dict(environment_of_pip) | image.environment | path
    folder = image.path(image.folder)
    subprocess.run(["/bin/sh", "-ec", image.rooted(words)], cwd=folder, env=environment, check=True)

"""A file that a person brings: checked, put into the bucket, and announced like any other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from processing.errors import InvalidParameterError
from processing.ports import ObjectStore
from processing.use_cases.ingest_types import IngestOutcome
from processing.use_cases.reconcile import Ingest, announce

_PATIENT_CODE = re.compile(r"P[0-9]{3}")
# What every object store accepts as it stands; anything else becomes an underscore.
_UNSAFE = re.compile(r"[^A-Za-z0-9 ._()-]+")
_LONGEST_NAME = 120


def save_upload(
    patient_code: str,
    file_name: str,
    data: bytes,
    *,
    store: ObjectStore,
    ingest: Ingest,
    check: Callable[..., Any],
) -> IngestOutcome:
    """Store a C3D file below its patient's folder and queue its analysis.

    A file that cannot be read is refused before anything is stored. The same file again gives the session
    that exists already.

    Raises
    ------
    InvalidParameterError
        If the patient code or the file name cannot be used.
    UnreadableRecordingError
        If the bytes are not a recording.
    """
    object_name = f"{check_patient_code(patient_code)}/{safe_file_name(file_name)}"
    check(data, file_name=file_name)
    return announce(store.write(object_name, data), store.bucket, "upload", ingest)


def check_patient_code(code: str) -> str:
    """Return a patient code without blanks around it, or say what is wrong with it."""
    code = code.strip()
    if not _PATIENT_CODE.fullmatch(code):
        raise InvalidParameterError(
            f"'{code}' is not a patient code; expected P and three digits, such as P014."
        )
    return code


def safe_file_name(file_name: str) -> str:
    """Return the file's own name as a bucket accepts it, always ending in ``.c3d``."""
    base = re.split(r"[/\\]", file_name)[-1]
    stem, dot, extension = base.rpartition(".")
    if not dot or extension.lower() != "c3d":
        raise InvalidParameterError(f"'{file_name}' is not a C3D file; its name should end in '.c3d'.")
    stem = _UNSAFE.sub("_", stem).strip(" .")[:_LONGEST_NAME]
    if not stem:
        raise InvalidParameterError(f"'{file_name}' has no name before '.c3d'.")
    if f"{stem}.{extension}" != base:
        # Two names must not become one, or the second file would replace the first.
        stem += f"_{hashlib.sha256(base.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return f"{stem}.{extension}"

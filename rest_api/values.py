"""Values that several routes take, as they are described and checked."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import Field

# Anything else can be no session's code, so the database is not asked about it.
SESSION_CODE = r"^P[0-9]{3}S[0-9]{3,9}$"

SessionCode: TypeAlias = Annotated[
    str, Path(pattern=SESSION_CODE, description="The session's code, as `P001S001`.")
]

PatientCode: TypeAlias = Annotated[
    str, Path(pattern=r"^P[0-9]{3}$", description="The patient's code, as `P001`.")
]

# Whatever a person may have typed; no database stores the character NUL.
Words: TypeAlias = Annotated[str, Field(pattern=r"^[^\x00]*$")]

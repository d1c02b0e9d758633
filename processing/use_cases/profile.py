"""The account of the person who looks: what it may do, and what it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

ProfileRole: TypeAlias = Literal["therapist", "researcher", "administrator"]
Standing: TypeAlias = Literal["full", "inactive", "second_factor"]


@dataclass(frozen=True, slots=True)
class ViewerProfile:
    """One row of ``app.user_profiles``, as its owner may know it.

    ``standing`` is ``full`` if the role counts; an account that is ``inactive`` or lacks its ``second_factor`` sees
    no rows whatever its role.
    """

    role: ProfileRole
    display_name: str | None
    site: str | None
    standing: Standing

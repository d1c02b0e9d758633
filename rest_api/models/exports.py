"""What an export is asked for, described."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from processing.exports.model import Scope
from processing.services.exports import MOST_SESSIONS
from processing.use_cases.read_models import ProcessingStatus, SessionFilters
from rest_api.values import SESSION_CODE, Day

TableFormat: TypeAlias = Literal["xlsx", "csv", "mat", "json", "parquet"]
SignalFormat: TypeAlias = Literal["csv", "mat", "parquet", "c3d"]


class ExportFilters(BaseModel):
    """Which sessions, as the list of sessions is narrowed; what is left out narrows nothing."""

    model_config = ConfigDict(extra="forbid")

    patient: str | None = Field(default=None, pattern=r"^P[0-9]{3}$")
    status: list[ProcessingStatus] = Field(default=[], max_length=5)
    recorded_from: Day | None = None
    recorded_until: Day | None = None

    def filters(self) -> SessionFilters:
        """Return the filters; one session more than may be exported is enough to know that there are too many."""
        return SessionFilters(
            patient_code=self.patient,
            statuses=tuple(self.status),
            recorded_from=self.recorded_from,
            recorded_until=self.recorded_until,
            limit=MOST_SESSIONS + 1,
        )


class ExportOrder(BaseModel):
    """Tables of many sessions: those that are named, or those that match."""

    model_config = ConfigDict(extra="forbid")

    format: TableFormat = Field(description="CSV and Parquet come as one zip archive.")
    session_codes: list[Annotated[str, Field(pattern=SESSION_CODE)]] | None = Field(
        default=None, min_length=1, max_length=MOST_SESSIONS, description="In the order of the tables."
    )
    filters: ExportFilters | None = Field(default=None, description="Instead of codes.")
    pseudonymised: bool = Field(
        default=False, description="Without dates, names and free text; always so for researchers."
    )
    notes: bool = Field(default=False, description="With the clinical notes, for those who may read them.")

    @property
    def scope(self) -> Scope:
        """What may leave."""
        return Scope(pseudonymised=self.pseudonymised, notes=self.notes)

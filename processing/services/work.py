"""What the queue's tasks call, put together from the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processing.jobs.application import Work

if TYPE_CHECKING:
    from processing.services.facade import Services


def work_of(services: Services) -> Work:
    """Return the use cases that the worker's tasks run."""
    return Work(
        analyse=services.analyse_session,
        give_up=services.give_up_session,
        reconcile=services.reconcile,
        tell_operator=services.operations.tell_operator,
        storage_pause_s=services.storage_pause_s,
        chunk=services.research.work,
        give_up_chunk=services.research.give_up,
        research_upkeep=services.research.upkeep,
        keep_house=lambda: services.housekeeping.run().total,
    )

"""The upload page's two doors. Every file has its own state; a bad one never holds up the others."""

from __future__ import annotations

from pages._components.upload.doors import LOOK_ONLY, choose_door, choose_files
from pages._components.upload.look_only import look_only
from pages._components.upload.saving import save_to_patient
from pages._components.upload.staging import forget_files

__all__ = ["LOOK_ONLY", "choose_door", "choose_files", "forget_files", "look_only", "save_to_patient"]

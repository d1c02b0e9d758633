"""Who opened, changed and exported what: kept by the pages, read by the administrator."""

from pages._components.audit.opened import record_opened, record_patient_opened

__all__ = ["record_opened", "record_patient_opened"]

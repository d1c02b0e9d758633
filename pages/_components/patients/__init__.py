"""Patients: the list, one of them, and what is entered about them."""

from pages._components.patients.adding import add_patient
from pages._components.patients.listing import patient_list
from pages._components.patients.one import one_patient

__all__ = ["add_patient", "one_patient", "patient_list"]

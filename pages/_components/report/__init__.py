"""The sheets of a session: chosen, looked at as they will be printed, taken away."""

from pages._components.report.view import report_view

__all__ = ["report_view"]

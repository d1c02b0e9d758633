"""The what-if drawer: other targets beside those that count, nothing kept until somebody says so."""

from __future__ import annotations

from pages._components.what_if.drawer import what_if_body, what_if_button

__all__ = ["what_if_body", "what_if_button"]

"""Today: who needs me, and why?"""

from __future__ import annotations

from pages._components.chart import warm_up
from pages._components.gate import guard
from pages._components.notices import calm_errors
from pages._components.services import get_services
from pages._components.today import live_today

viewer = guard("today.py")
with calm_errors("today"):
    live_today(get_services(), viewer)
    warm_up()

"""The Inbox: did every file arrive and get analysed, and what is there to do?"""

from __future__ import annotations

import streamlit as st

from pages._components.chart import warm_up
from pages._components.gate import guard
from pages._components.inbox import live_inbox
from pages._components.notices import calm_errors
from pages._components.services import get_services
from processing.language import gettext as _

guard("inbox.py")
st.title(_("Inbox"), anchor=False)
with calm_errors("inbox"):
    live_inbox(get_services())
    warm_up()

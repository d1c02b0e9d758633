"""The user interface starts here: page settings, the gate, then the navigation."""

from __future__ import annotations

import streamlit as st

from pages._components.gate import guard
from pages._components.language import settle_language
from pages._components.mending import mend_framework
from pages._components.menu import declare_pages
from pages._components.navigation import PAGES, begins_at
from pages._components.sign_in.account import account_menu
from pages._components.upload import forget_files
from processing.language import gettext as _

settle_language()
st.set_page_config(page_title=_("GHOSTLY EMG review"), page_icon="🦵", layout="wide")
mend_framework()
viewer = guard("main.py")

page = declare_pages(viewer.role)
first = begins_at(viewer.role)
if page.url_path == "" and first is not PAGES[0]:
    st.switch_page(first.file)
account_menu(viewer)
if page.url_path != "upload":
    forget_files()
page.run()
st.caption(f"**{viewer.name}** · {viewer.explanation}")

"""The part of the review that shows earlier results: folded, read only, and loaded when somebody unfolds it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages._components import local_time, state, words
from pages._components.contraction_table import contraction_table
from pages._components.earlier.rows import Row, outcome_rows, setting_rows
from pages._components.folding import folded_part
from processing.emg.parameters import SessionTargets
from processing.errors import ProcessingError
from processing.language import gettext as _
from processing.language import ngettext
from processing.services import Services
from processing.use_cases.read_models import SessionResult, SessionReview
from processing.use_cases.reprocessing import ResultVersion

TALLEST, ROW_PX = 420, 35


def earlier_results(services: Services, review: SessionReview) -> None:
    """Draw the earlier results of a session; nothing where the result is the first one."""
    result, code = review.result, review.summary.session_code
    if result is None or result.version < 2:
        return
    n = result.version - 1
    heading = ngettext("{n} earlier result", "{n} earlier results", n).format(n=n)
    part = folded_part(heading, icon=":material/history:", key=f"{state.EARLIER}part")
    if not part.open:
        return
    with part:
        try:
            _earlier(services, code, result)
        except ProcessingError as error:
            st.info(words.told(str(error)), icon=":material/search_off:")


def _earlier(services: Services, code: str, now: SessionResult) -> None:
    versions = services.earlier.versions(code)
    before = [each for each in versions if each.version < now.version]
    shown = next((each for each in versions if each.version == now.version), None)
    if shown is None or not before:
        st.caption(_("No earlier result is kept."))
        return
    st.caption(
        _("Every analysis is kept as it was, with the corrections made to it; nothing here can be changed.")
    )
    chosen = st.selectbox(_("Result"), before, format_func=_name, key=f"{state.EARLIER}{code}", width=420)
    then = services.earlier.result(code, chosen.version)
    st.markdown(f"**{_('What changed since')}**")
    _table(outcome_rows(chosen, shown), chosen, shown, _("What came out, then and now."))
    if shown.reason:
        said = _("The result that is shown was applied by a research run: {reason}")
        st.caption(said.format(reason=words.plain(shown.reason)))
    settings = setting_rows(then, now)
    if settings:
        st.markdown(f"**{_('Settings of the analysis that differ')}**")
        _table(settings, chosen, shown, _("Settings of the analysis that differ, then and now."))
    else:
        st.caption(_("Both were analysed with the same settings."))
    _contractions(then)


def _name(version: ResultVersion) -> str:
    return _("Version {n}, analysed {when}").format(
        n=version.version, when=local_time.moment(version.analysed_at)
    )


def _table(rows: Sequence[Row], then: ResultVersion, now: ResultVersion, alt: str) -> None:
    columns = ["", _("Version {n}").format(n=then.version), _("Version {n} (shown)").format(n=now.version)]
    height = min(TALLEST, ROW_PX * (len(rows) + 1) + 3)
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, height=height, alt=alt)


def _contractions(then: SessionResult) -> None:
    st.markdown(f"**{_('Contractions of that result')}**")
    table = contraction_table(then.channels, SessionTargets())
    if table.empty:
        st.write(_("No contraction rose above the threshold of any channel."))
        return
    # What was met then stands in "Result"; the targets of that time are not kept, so no column may name any.
    named = ("≥", _("Held ≥ {target}").split("{target}")[0])
    table = table[[name for name in table.columns if not name.startswith(named)]]
    st.dataframe(
        table,
        hide_index=True,
        height=min(TALLEST, ROW_PX * (len(table) + 1) + 3),
        alt=_("All contractions of an earlier result, judged as they were then."),
    )

"""The list of the page Today, kept up to date while the page is open."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import streamlit as st

from pages._components import local_time, state
from pages._components.gate import Viewer
from pages._components.last_good import load_or_last
from pages._components.notices import unavailable
from pages._components.today.filters import narrowed
from pages._components.today.muting import alert_line, muted_alerts
from pages._components.today.pictures import STYLE, good_picture, strip_picture
from pages._components.today.wording import (
    STANDING_WORDS,
    headline,
    standing_sentence,
    strip_line,
    unchecked_sentence,
)
from processing.errors import TransientError
from processing.language import format_day
from processing.language import gettext as _
from processing.recording import Side
from processing.scoring.attention import LONE_DAY_GAP_DAYS, TRIAL_DAYS, QualityLost
from processing.services import Services
from processing.use_cases.attention import Overview, PatientRow

ROWS_PER_PAGE = 20
REFRESH = "30s"
COLUMNS = (1.75, 1.8, 1.45, 3.9, 1.3)

_STYLE = """
.st-key-today-table > [data-testid="stLayoutWrapper"] > [data-testid="stVerticalBlock"] { padding: 0.35rem 0.9rem; }
.st-key-today-table :is([data-testid="stPageLink"], .stMarkdownBadge) :is(span, p) {
    white-space: normal !important;
    overflow: visible !important;
}
@media (max-width: 640px) { .st-key-today-heading { display: none; } }
"""


def live_today(services: Services, viewer: Viewer) -> None:
    """Draw the page, and again every half a minute, for what arrives and what others mute."""

    @st.fragment(run_every=REFRESH)
    def live() -> None:
        today = local_time.today()
        st.title(_("Today · {day}").format(day=format_day(today, weekday=True)), anchor=False)
        try:
            _draw(services, viewer, load_or_last("today", lambda: services.attention.overview(today)))
        except TransientError as error:
            unavailable(error, "today")

    live()


def _draw(services: Services, viewer: Viewer, overview: Overview) -> None:
    if not overview.rows:
        _empty(overview)
        return
    st.subheader(headline(overview), anchor=False)
    if overview.n_files_to_fix:
        st.page_link("inbox.py", label=_("See the files to fix in the Inbox"), icon=":material/inbox:")
    rows = narrowed(overview, viewer)
    if not rows:
        st.info(_("No patient matches."), icon=":material/search_off:")
        return
    n_pages = math.ceil(len(rows) / ROWS_PER_PAGE)
    page = min(st.session_state.get(state.TODAY_PAGE, 1), n_pages)
    _table(services, _with_days(services, rows[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]))
    if n_pages > 1:
        st.pagination(n_pages, key=state.TODAY_PAGE)
    st.caption(
        _(
            "A box is a day: filled as far as its planned games were recorded, crossed where only a file came that "
            "could not be read, a dot outside the planned days. Five days of seven are planned, with three games "
            "each, or as many as prescribed; the days begin with the first recording and last as long as prescribed, "
            "else {n_days} days. A first day by itself, more than {gap} days before the next recording, begins no "
            "plan. The small curves are good contractions of the last sessions, L ● and R ▲."
        ).format(n_days=TRIAL_DAYS, gap=LONE_DAY_GAP_DAYS)
    )


def _with_days(services: Services, rows: Sequence[PatientRow]) -> list[PatientRow]:
    """Return the rows with what only those that are shown need; a patient who left meanwhile is left out."""
    codes = [row.patient.code for row in rows]
    today = local_time.today()
    shown = load_or_last(f"today:{codes}", lambda: services.attention.overview(today, codes), notice=False)
    found = {row.patient.code: row for row in shown.rows}
    return [found[code] for code in codes if code in found]


def _table(services: Services, rows: Sequence[PatientRow]) -> None:
    st.html(f"<style>{STYLE}{_STYLE}</style>")
    reasons = _reasons(services, rows)
    headings = (_("Patient"), _("Last 14 days"), _("Good contractions"), _("Why"), "")
    with st.container(gap="xxsmall", key="today-table"):
        with st.container(border=True, key="today-heading"):
            for column, heading in zip(st.columns(COLUMNS), headings, strict=True):
                if heading:
                    column.markdown(f":small[**{heading}**]")
        for row in rows:
            with st.container(border=True, key=f"today-row-{row.patient.code}"):
                _row(services, row, reasons)


def _reasons(services: Services, rows: Sequence[PatientRow]) -> dict[tuple[str, Side], str]:
    """Return why legs of the newest sessions are not judged, where an alert is about that; nothing while away."""
    codes = [
        row.latest_code
        for row in rows
        if row.latest_code and any(isinstance(alert, QualityLost) for alert in row.alerts)
    ]
    try:
        return services.attention.reasons(codes)
    except TransientError:
        return {}


def _row(services: Services, row: PatientRow, reasons: Mapping[tuple[str, Side], str]) -> None:
    who, days, good, why, doors = st.columns(COLUMNS, vertical_alignment="center")
    code, kind = row.patient.code, STANDING_WORDS[row.standing]
    with who.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.page_link(
            "patient.py",
            label=f"**{code}**",
            query_params={"patient": code},
        )
        st.badge(kind.word, icon=kind.icon, color=kind.color)
    days.html(strip_picture(row.strip, strip_line(row)))
    with good:
        _good(row)
    with why.container(gap="xxsmall"):
        of_newest = {side: why for (session, side), why in reasons.items() if session == row.latest_code}
        for alert in row.alerts:
            alert_line(services, code, alert, of_newest)
        # Beside an alert, too: another rule may be blind, as that of missed training once the plan has ended.
        said = ["" if row.alerts else standing_sentence(row), unchecked_sentence(row.assessment.unchecked)]
        if any(said):
            st.markdown(f":small[{' '.join(part for part in said if part)}]")
        muted_alerts(services, code, row.muted)
    with doors:
        _doors(row)


def _good(row: PatientRow) -> None:
    left, right = row.good_counts("left"), row.good_counts("right")
    picture = good_picture(left, right)
    if not picture:
        st.markdown(f":small[{_('not assessable') if row.patient.n_sessions else '—'}]")
        return
    st.html(picture)


def _doors(row: PatientRow) -> None:
    if row.latest_code is None:
        return
    st.page_link(
        "review.py",
        label=_("Open {code}").format(code=row.latest_code),
        icon=":material/monitoring:",
        query_params={"session": row.latest_code},
        help=_("The latest session, of {day}").format(day=local_time.day(row.latest_at)),
    )


def _empty(overview: Overview) -> None:
    if overview.n_files_to_fix:
        st.subheader(headline(overview), anchor=False)
        st.page_link("inbox.py", label=_("See the files to fix in the Inbox"), icon=":material/inbox:")
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader(_("No patients yet"), anchor=False, text_alignment="center")
        st.markdown(_("Upload a file or add a patient."), text_alignment="center")
        st.page_link("upload.py", label=_("Upload a recording"), icon=":material/upload_file:")
        st.page_link("patients.py", label=_("Add a patient"), icon=":material/person_add:")

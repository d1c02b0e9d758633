"""The Operations page from top to bottom; it keeps itself up to date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from pages._components import local_time, words
from pages._components.chart import chart
from pages._components.notices import unavailable
from pages._components.operations.figures import (
    latency_figure,
    latency_sentence,
    throughput_figure,
    throughput_sentence,
)
from pages._components.operations.shared_cache import shared_cache_line
from processing.errors import TransientError
from processing.language import format_day_time, sentence
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.operations import CacheFacts, HourOfWork, OperationsFacts, find_alerts
from processing.use_cases.read_models import SessionFilters

REFRESH = "10s"
_FAILURES_SHOWN = 20
_RUNS_SHOWN = 15


def operations_view(services: Services) -> None:
    """Draw everything, again every ten seconds."""

    @st.fragment(run_every=REFRESH)
    def everything() -> None:
        try:
            facts, hours = services.operations.facts(), services.operations.list_hours()
        except TransientError as error:
            unavailable(error, "operations:facts")
            return
        _alerts(facts, services.cache_facts)
        _numbers(facts, services.cache_facts)
        shared_cache_line(services.shared_cache)
        _past_day(hours)
        _failures(services)
        _reconciliation(services, facts)

    everything()


def _alerts(facts: OperationsFacts, cache: CacheFacts) -> None:
    alerts = find_alerts(facts, cache)
    if not alerts:
        st.success(
            _("Files are received, workers are alive, and nothing waits for long."),
            icon=":material/check_circle:",
        )
    for alert in alerts:
        st.warning(
            sentence(alert.advice), title=sentence(alert.sentence), icon=":material/notification_important:"
        )


def _numbers(facts: OperationsFacts, cache: CacheFacts) -> None:
    queue, percent = facts.queue, cache.miss_percent
    shown = [
        (_("Waiting"), str(queue.waiting), _("Recordings that no worker has taken yet.")),
        (_("Being analysed"), str(queue.running), _("Recordings that a worker is reading now.")),
        (_("Longest wait"), _age(queue.oldest_waiting_s), _("Of those that wait; an alert after 5 min.")),
        (
            _("Worker lanes alive"),
            str(facts.workers_alive),
            _("Each worker has three: analysis, upkeep, rescue."),
        ),
        (_("Analysed, last hour"), str(facts.analysed_last_hour), _("Results stored.")),
        (
            _("Failed, last hour"),
            str(facts.failed_last_hour),
            _("Recordings that could not be read or analysed."),
        ),
        (
            _("Plots built anew"),
            "—" if percent is None else words.fixed(percent, 0, "%"),
            _("Looks at signals within the last hour that the cache of this dashboard could not answer."),
        ),
        (
            _("No longer in the store"),
            str(facts.missing_objects),
            _("Their results stay; only plots are gone."),
        ),
    ]
    for row in (shown[:4], shown[4:]):
        for column, (label, value, help_text) in zip(st.columns(4), row, strict=True):
            column.metric(label, value, help=help_text, border=True)


def _past_day(hours: list[HourOfWork]) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        _picture(
            _("How much"),
            throughput_sentence(hours),
            throughput_figure(hours),
            hours,
            "operations:throughput",
        )
    with right:
        _picture(_("How fast"), latency_sentence(hours), latency_figure(hours), hours, "operations:latency")


def _picture(title: str, sentence: str, spec: dict[str, Any], hours: list[HourOfWork], key: str) -> None:
    st.subheader(title, anchor=False)
    st.caption(sentence)
    chart(spec, alt=f"{title}. {sentence}", key=key)
    with st.expander(_("Show as table"), key=f"{key}:folded"):
        st.dataframe(_hours_table(hours), hide_index=True, key=f"{key}:table")


def _hours_table(hours: list[HourOfWork]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            _("Hour (UTC)"): [format_day_time(hour.hour) for hour in hours],
            _("Analysed"): [hour.analysed for hour in hours],
            _("Failed"): [hour.failed for hour in hours],
            _("Analysis, median (ms)"): [_rounded(hour.analysis_p50_ms) for hour in hours],
            _("Arrival to result, median (s)"): [_rounded(hour.arrival_p50_s, 2) for hour in hours],
            _("Arrival to result, 95 of 100 (s)"): [_rounded(hour.arrival_p95_s, 2) for hour in hours],
        }
    )


def _failures(services: Services) -> None:
    st.subheader(_("Could not be read"), anchor=False)
    failed = services.list_sessions(SessionFilters(statuses=("failed",), limit=_FAILURES_SHOWN))
    if not failed:
        st.caption(_("Every recording could be read."))
        return
    st.caption(_("The file itself is kept as it came. Trying again reads it once more."))
    for session in failed:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.page_link(
                "review.py",
                label=f"**{session.session_code}**",
                query_params={"session": session.session_code},
            )
            st.markdown(
                f"{words.told(session.failure)}  \n:small[{local_time.moment(session.received_at)}]",
                width="stretch",
            )
            key = f"operations:retry:{session.session_code}"
            st.button(
                _("Try again"),
                key=key,
                icon=":material/refresh:",
                on_click=_retry(services, session.session_code),
            )


def _retry(services: Services, code: str) -> Callable[[], None]:
    def retry() -> None:
        try:
            services.retry_session(code)
        except TransientError as error:
            said = _("{session} was not put on the queue: {reason}")
            st.toast(said.format(session=code, reason=words.told(str(error))), icon=":material/cloud_off:")
        else:
            st.toast(_("{session} is on the queue again.").format(session=code), icon=":material/refresh:")

    return retry


def _reconciliation(services: Services, facts: OperationsFacts) -> None:
    st.subheader(_("Bucket against sessions"), anchor=False)
    runs = services.operations.list_runs(_RUNS_SHOWN)
    if not runs:
        st.caption(_("A worker compares them every minute; none has done so yet."))
        return
    age = facts.reconciliation_age_s
    last = _("just now") if age is None else _("{time} ago").format(time=_age(age))
    st.caption(
        _(
            "Finds recordings that no event announced, sessions whose job was lost, and recordings that left the "
            "bucket. Last run {when}."
        ).format(when=last)
    )
    table = pd.DataFrame(
        {
            _("Started"): [local_time.second(run.started_at) for run in runs],
            _("Took (s)"): [words.fixed((run.ended_at - run.started_at).total_seconds(), 2) for run in runs],
            _("In the bucket"): [run.n_listed for run in runs],
            _("Queued"): [run.n_queued for run in runs],
            _("Brought back"): [run.n_rescued for run in runs],
            _("Gone"): [run.n_missing for run in runs],
            _("Problem"): [sentence(run.error_message) for run in runs],
        }
    )
    st.dataframe(table, hide_index=True, key="operations:runs")


def _age(seconds: float | None) -> str:
    if seconds is None:
        return "—"
    if seconds < 120:
        return words.fixed(seconds, 0, "s")
    return words.fixed(seconds / 60, 0, "min") if seconds < 7200 else words.fixed(seconds / 3600, 0, "h")


def _rounded(value: float | None, digits: int = 0) -> str:
    return words.fixed(value, digits, missing="—")

"""How the cache that dashboards share stands, where there is one."""

from __future__ import annotations

import streamlit as st

from processing.language import gettext as _
from processing.use_cases.second_level import SharedFacts


def shared_cache_line(facts: SharedFacts | None) -> None:
    """Say it in a line; a server that may not be used, or does not answer, is something for a person."""
    if facts is None:
        return
    if facts.state == "refused":
        st.warning(
            _(
                'Signals are never stored: set save "" and appendonly no on the server. '
                "Until then each dashboard works by itself."
            ),
            title=_("The shared cache (Redis) keeps data on disk, so it is not used"),
            icon=":material/cloud_off:",
        )
        return
    if facts.state == "away":
        st.warning(
            _("Each dashboard builds its signals by itself meanwhile; nothing else depends on it."),
            title=_("The shared cache (Redis) does not answer as it should"),
            icon=":material/cloud_off:",
        )
    counts = facts.counts
    st.caption(
        _(
            "Shared cache (Redis), since this dashboard started: answered {hits}, not answered {misses}, "
            "failed {errors}."
        ).format(hits=counts.hits, misses=counts.misses, errors=counts.errors + counts.not_asked)
    )

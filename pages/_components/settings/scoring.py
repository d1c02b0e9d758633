"""How sessions are scored: what new analyses take, every stored configuration, and a new version with its effect."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._components import local_time, state, words
from pages._components.settings.configuration_fields import ask_configuration
from pages._components.settings.configuration_words import changed_lines, configuration_table
from pages._components.settings.effect import effect, example_session
from processing.errors import ProcessingError
from processing.language import gettext as _
from processing.language import ngettext
from processing.services import Services
from processing.use_cases.scoring_configurations import ScoringRules, StoredConfiguration

_KEY = f"{state.SETTINGS}scoring"
# What the person saw first, not what this run of the page has just read: a colleague may have been faster.
_SEEN = f"{_KEY}:seen"


def scoring_settings(services: Services, *, may_write: bool) -> None:
    """Draw the scoring configurations; with ``may_write`` also what adds and chooses one."""
    rules = services.scoring.rules()
    st.subheader(_("How sessions are scored"), anchor=False)
    _current(rules)
    st.table(_listed(rules), hide_index=True, border="horizontal")
    if not may_write:
        st.caption(_("Administrators add versions and choose which one new sessions take."))
    chosen = st.selectbox(
        _("Look at"),
        rules.configurations,
        index=rules.configurations.index(rules.current),
        format_func=lambda each: _label(each, rules),
        key=f"{_KEY}:look",
        width=360,
    )
    st.table(configuration_table(chosen.configuration), hide_index=True, border="horizontal")
    if may_write:
        _choose(services, rules, chosen)
        _new_version(services, rules, chosen)


def _current(rules: ScoringRules) -> None:
    choice, label = rules.choice, words.plain(rules.current.label)
    if choice.chosen_at is None:
        since = _("**{label}** scores new sessions; nobody chose another one yet.").format(label=label)
    else:
        since = _("**{label}** scores new sessions since {moment}, chosen by {who}: {reason}").format(
            label=label,
            moment=local_time.moment(choice.chosen_at),
            who=words.plain(choice.chosen_by or _("an administrator")),
            reason=words.plain(choice.reason or ""),
        )
    st.markdown(since)
    st.caption(
        _(
            "One configuration holds for everybody. A session keeps the one that it was scored with, also when it is "
            "analysed or judged again; other rules come to it only through the page Research, as a new result version "
            "with a reason."
        )
    )


def _listed(rules: ScoringRules) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                _("Configuration"): words.plain(each.label),
                _("New sessions"): _("take it") if each is rules.current else "",
                _("Sessions scored with it"): each.n_sessions,
                _("Made"): local_time.moment(each.created_at),
                _("By"): words.plain(each.created_by or ("" if each.protected else _("an administrator"))),
                _("Protected"): _("the trial's own, cannot be deleted") if each.protected else "",
            }
            for each in rules.configurations
        ]
    )


def _label(each: StoredConfiguration, rules: ScoringRules) -> str:
    return _("{label} (new sessions)").format(label=each.label) if each is rules.current else each.label


def _choose(services: Services, rules: ScoringRules, chosen: StoredConfiguration) -> None:
    """Offer to let new sessions take the configuration that is looked at."""
    seen: int = st.session_state.setdefault(_SEEN, rules.choice.revision)
    if chosen is rules.current:
        return
    with st.form(f"{_KEY}:choose:{chosen.configuration_id}", enter_to_submit=False):
        st.markdown(
            _("**Use {label} from now on?** Sessions that have a score keep it.").format(
                label=words.plain(chosen.label)
            )
        )
        reason = st.text_input(
            _("Why (for the audit log)"), max_chars=1000, key=f"{_KEY}:why:{chosen.configuration_id}"
        )
        if st.form_submit_button(_("Use from now on"), icon=":material/check:"):
            try:
                services.scoring.choose(chosen.configuration_id, reason=reason, expected_revision=seen)
            except ProcessingError as error:
                _not_saved(error)
                st.session_state[_SEEN] = rules.choice.revision  # it is on the screen now
            else:
                st.session_state.pop(_SEEN)
                st.toast(_("New sessions take {label}.").format(label=chosen.label), icon=":material/check:")
                st.rerun()


def _new_version(services: Services, rules: ScoringRules, start: StoredConfiguration) -> None:
    """Draw the fields of a new version beside what it does to a session."""
    key = f"{_KEY}:new:{start.configuration_id}"
    with st.expander(
        _("New version, starting from {label}").format(label=words.plain(start.label)),
        icon=":material/add:",
        key=f"{key}:folded",
    ):
        fields, shown = st.columns(2, gap="large")
        with fields:
            try:
                configuration = ask_configuration(start.configuration, key=key)
            except ProcessingError as error:
                _not_saved(error)
                return
        with shown:
            lines = changed_lines(start.configuration, configuration)
            st.markdown(
                "\n".join(f"- {words.plain(line)}" for line in lines)
                if lines
                else _("Nothing is changed yet.")
            )
            review = example_session(services, key=key)
            if review is not None:
                effect(review, configuration)
        known = "" if start.protected else start.name
        name = st.text_input(_("Name"), known, max_chars=100, key=f"{key}:name", width=360)
        now = rules.newest_version(name.strip())
        version: int = st.session_state.setdefault(f"{key}:seen:{name.strip()}", now)
        st.caption(
            _("It becomes {label}.").format(label=words.plain(f"{name.strip() or '…'} v{version + 1}"))
        )
        if st.button(
            _("Keep as a new version"),
            icon=":material/save:",
            key=f"{key}:save",
            disabled=not lines,
        ):
            try:
                services.scoring.add(name, configuration, expected_version=version)
            except ProcessingError as error:
                _not_saved(error)
                st.session_state[f"{key}:seen:{name.strip()}"] = now
            else:
                st.session_state.pop(f"{key}:seen:{name.strip()}")
                st.session_state.pop(
                    f"{_KEY}:look", None
                )  # what was looked at stands elsewhere in the list now
                st.toast(_("Kept. New sessions go on taking what they took."), icon=":material/check:")
                st.rerun()


def _not_saved(error: ProcessingError) -> None:
    st.error(_("Not saved: {reason}").format(reason=words.told(str(error))), icon=":material/error:")


def sessions_words(count: int) -> str:
    """Return how many sessions, in words."""
    return ngettext("{n} session", "{n} sessions", count).format(n=count)

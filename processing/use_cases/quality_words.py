"""What decided about a channel's quality, in two or three words: the same on plots, lists and paper."""

from __future__ import annotations

from processing.emg.results import ChannelQuality, QualityFinding, Verdict
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import sentence

FINDING_WORDS = {
    "activity": N_("no contraction above the noise"),
    "clipping": N_("clipping"),
    "drift": N_("drifting baseline"),
    "dropout": N_("drop-out"),
    "duration": N_("recording too short"),
    "flat": N_("flat signal"),
    "gap": N_("gap"),
    "loose_sensor": N_("loose sensor"),
    "low_frequency": N_("movement or loose sensor"),
    "low_median_frequency": N_("looks like movement"),
    "mains": N_("mains hum"),
    "masked": N_("too much left out"),
    "movement": N_("movement"),
    "no_samples": N_("no samples"),
    "snr": N_("weak against the noise"),
    "spike": N_("spike"),
}


def finding_name(finding: QualityFinding) -> str:
    """Return two or three words for a finding, short enough to stand on the plot."""
    return _(FINDING_WORDS.get(finding.kind, finding.kind.replace("_", " ")))


def worst_finding(quality: ChannelQuality) -> QualityFinding | None:
    """Return the finding that decided the verdict, if there is one."""
    ranks: dict[Verdict, int] = {"not_judged": 0, "doubtful": 1, "good": 2}
    notable = sorted((f for f in quality.findings if f.verdict != "good"), key=lambda f: ranks[f.verdict])
    return notable[0] if notable else None


def short_reason(quality: ChannelQuality) -> str | None:
    """Return the deciding finding in two or three words, or the first reason as it stands."""
    finding = worst_finding(quality)
    if finding is not None:
        return finding_name(finding)
    return sentence(quality.reasons[0]).rstrip(".") if quality.reasons else None

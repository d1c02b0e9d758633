"""What the game's own online detector saw, beside what was detected here: shown, never decisive."""

from __future__ import annotations

from processing.emg.detection import Detection
from processing.emg.intervals import merge_close, true_runs
from processing.emg.parameters import AnalysisParameters
from processing.emg.results import GameDetection
from processing.recording import FloatArray


def compare_with_game(
    activated_v: FloatArray | None,
    detection: Detection,
    *,
    sampling_rate_hz: float,
    parameters: AnalysisParameters,
) -> GameDetection | None:
    """Return how often the game saw the muscle active, and how often a contraction lies there.

    Parameters
    ----------
    activated_v : ndarray of float, shape (n_samples,) or None
        The game's online envelope: above zero while its detector is on, else exactly 0.
    detection : Detection
        Our own contractions.
    sampling_rate_hz : float
        Samples per second.
    parameters : AnalysisParameters
        The rules for merging and pruning, the same for both.

    Returns
    -------
    GameDetection or None
        None where the file does not hold the game's detector. Its lag of some 50 samples is not corrected.
    """
    if activated_v is None:
        return None
    n_gap = round(parameters.merge_gap_s * sampling_rate_hz)
    n_min = round(parameters.min_contraction_s * sampling_rate_hz)
    seen = [run for run in merge_close(true_runs(activated_v > 0), n_gap) if run[1] - run[0] >= n_min]
    shared = sum(any(a < stop and start < b for a, b in detection.contractions) for start, stop in seen)
    return GameDetection(n_activations=len(seen), n_shared=shared)

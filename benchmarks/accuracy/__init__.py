"""Accuracy of contraction detection on synthetic sessions whose contractions are known exactly."""

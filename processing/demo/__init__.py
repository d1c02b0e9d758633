"""Recordings made up for demonstration and tests: invented patients and signals, the game's file format."""

from processing.demo.generator import generate_demo_recordings

__all__ = ["generate_demo_recordings"]

"""What is not the subject of a lesson: data, training loops, kernels, plots, grading, reports."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout; the package is installed editable, so data and notebooks lie beside it."""

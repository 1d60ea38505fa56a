"""The lessons. Importing this package makes their exported cells importable by topic."""

from pathlib import Path

from helpers import notebook_importer

notebook_importer.register(Path(__file__).parent)

"""What is told about the machine that measured something."""

import pytest

from helpers.course import provenance

CORE = "processor\t: {}\nmodel name\t: AMD EPYC\nflags\t\t: fpu sse2 {}\nbugs\t\t: none: so far\n\n"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("avx avx2 avx512f avx512bw", "AMD EPYC with avx512f"),
        ("avx2 avx", "AMD EPYC with avx2"),
        ("ssse3", "AMD EPYC"),
    ],
)
def test_processor_names_its_vectors(tmp_path, flags, expected):
    table = tmp_path / "cpuinfo"
    table.write_text(CORE.format(0, flags) + CORE.format(1, flags))
    assert provenance._processor(table) == expected


def test_processor_without_a_name(tmp_path):
    table = tmp_path / "cpuinfo"
    table.write_text("processor\t: 0\nFeatures\t: fp asimd\n")
    assert provenance._processor(table) == provenance._processor(tmp_path / "no such file")

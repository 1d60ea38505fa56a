"""The three parameters of a notebook are checked before any work starts."""

import pytest
import torch

from helpers.settings import SettingError, settings


def test_good_settings():
    run = settings("smoke", 3, "cpu")
    assert (run.scale, run.seed, run.device) == ("smoke", 3, torch.device("cpu"))
    assert [
        settings(s, 0, "cpu").pick(smoke=1, mini=2, full=3) for s in ("smoke", "mini", "full")
    ] == [1, 2, 3]


@pytest.mark.parametrize(
    ("scale", "seed", "device", "message"),
    [
        ("mnii", 0, "cpu", "SCALE='mnii'.*smoke, mini, full.*Did you mean 'mini'"),
        (None, 0, "cpu", "SCALE=None"),
        ("mini", -1, "cpu", "SEED=-1"),
        ("mini", 1.5, "cpu", "SEED=1.5"),
        ("mini", True, "cpu", "SEED=True"),
        ("mini", "0", "cpu", "SEED='0'"),
        ("mini", 0, "gpu", "DEVICE='gpu'.*auto, cpu, cuda, mps"),
    ],
)
def test_bad_settings_are_named(scale, seed, device, message):
    with pytest.raises(SettingError, match=message):
        settings(scale, seed, device)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_missing_gpu_is_named():
    with pytest.raises(SettingError, match="no GPU"):
        settings("mini", 0, "cuda")
    assert settings("mini", 0, "auto").device.type == "cpu"

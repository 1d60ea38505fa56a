"""The training loop passes its checks, and each classic bug put into its source fails one."""

import pytest
import training_checks
from training_checks import library

CHECKS = {name: check for name, check in vars(training_checks).items() if name.startswith("check_")}
ADD = "            history.add(loss, lr, 0.0 if scaler.is_enabled() else norm.item())\n"
SUM = "                loss += part.item()\n"
SCALER_DONE = "            scaler.update()\n"
NO_DECAY = 'p.dim() < 2 or name.endswith("bias")'
SET_RNG = 'set_rng_state(saved["rng"][self.world.rank], self.device)'
RESUMED = "(len(history.steps) - len(past.get('steps', [])))"
PRESERVE = """    state = rng_state(device)
    try:
        yield
    finally:
        set_rng_state(state, device)
"""
UNREADABLE = "        reason = str(error)"

# check -> bug -> (module, its text, the text with the bug); for several replacements, two tuples
BUGS = {
    "check_update": {
        "gradients never cleared": ("training", "optimizer.zero_grad()", "pass"),
        "never clipped": ("training", "(weights, config.clip or math.inf)", "(weights, math.inf)"),
    },
    "check_accumulation": {
        "schedule moves with each batch": (
            "training",
            "set_rates(len(history.steps))",
            "set_rates(len(history.steps) * config.accumulate)",
        ),
        "a sum, not a mean": ("training", "share * scalar", "scalar"),
        "small batches count as much": (
            "training",
            "batches.size(k) * world.size / rows",
            "1 / accumulate",
        ),
        "batches come twice": (
            "training",
            "first = step * accumulate * world.size",
            "first = step * world.size",
        ),
        "clipped before the sum is complete": (
            "training",
            SUM,
            SUM + "                clip_grad_norm_(weights, config.clip)\n",
        ),
    },
    "check_scaler": {
        "clipped before unscaling": ("training", "scaler.unscale_(optimizer)", "pass"),
        "loss not scaled": ("training", "scaler.scale(part).backward()", "part.backward()"),
    },
    "check_discriminative_rates": {
        "one rate for all": ("training", "= rate * factor", "= rates[0] * factor"),
        "rates stay decayed": (
            "training",
            '            group["lr"] = rate\n',
            "            pass\n",
        ),
        "rates compound": (
            "training",
            "    def set_rates(step):\n",
            "    def set_rates(step):\n"
            '        rates = [group["lr"] for group in optimizer.param_groups]\n',
        ),
    },
    "check_schedules": {
        "warm-up starts at 0": ("recipe", "(t + 1) / warm", "t / warm"),
        "decay begins with the warm-up": ("recipe", "(t - warm) / (total - warm)", "t / total"),
        "cosine ends half-way": ("recipe", "math.pi * x", "math.pi * x / 2"),
    },
    "check_decay_groups": {
        "biases decay": ("recipe", NO_DECAY, "p.dim() < 2"),
        "LayerNorm decays": ("recipe", NO_DECAY, 'name.endswith("bias")'),
        "frozen weights train": ("recipe", " if p.requires_grad]", "]"),
    },
    "check_loss_is_finite": {
        "nan goes on": ("training", "if not math.isfinite(value)", "if False"),
        "nan gradient goes on": ("training", "else norm.item()", "else 0.0"),
        "noticed after the update": ("training", (ADD, SCALER_DONE), ("", SCALER_DONE + ADD)),
    },
    "check_batches": {
        "every epoch the same order": ("batches", "[self.seed, epoch]", "[self.seed, 0]"),
        "seed + epoch": ("batches", "[self.seed, epoch]", "self.seed + epoch"),
        "global generator": (
            "batches",
            ", generator=torch.Generator().manual_seed(mixed)",
            "",
        ),
        "every pass the same epoch": ("batches", "self._passes + 1", "self._passes"),
    },
    "check_modes": {
        "left in evaluation mode": ("training", "module.training = mode", "pass"),
        "frozen body set to train": ("training", "module.training = mode", "module.train()"),
        "evaluated in training mode": ("training", "    model.eval()\n", ""),
        "trained in evaluation mode": ("training", "        model.train()\n", ""),
        "evaluated with gradients": ("training", "torch.no_grad()", "torch.enable_grad()"),
    },
    "check_evaluation_leaves_no_trace": {
        "evaluation moves the generators": ("resume", PRESERVE, "    yield\n"),
    },
    "check_early_stop": {
        "best weights are an alias": (
            "training",
            "copy.deepcopy(model.state_dict())",
            "model.state_dict()",
        ),
        "best weights are the latest": ("training", " and history.best[0] == step", ""),
        "best weights not put back": ("training", "if best_weights is not None:", "if False:"),
        "a tie is a new best": ("training", "max(self.evals,", "max(self.evals[::-1],"),
        "one evaluation too many": ("training", ">= patience", "> patience"),
    },
    "check_resume": {
        "model not restored": ("resume", 'self.model.load_state_dict(saved["model"])', "pass"),
        "optimizer not restored": (
            "resume",
            'self.optimizer.load_state_dict(saved["optimizer"])',
            "pass",
        ),
        "no generator restored": ("resume", SET_RNG, "pass"),
        "torch's not restored": ("resume", 'torch.set_rng_state(state["torch"])', "pass"),
        "numpy's not restored": ("resume", 'np.random.set_state(state["numpy"])', "pass"),
        "Python's not restored": ("resume", 'random.setstate(state["python"])', "pass"),
        "history not restored": ("resume", 'return saved["history"],', "return {},"),
        "data starts over": (
            "training",
            "parts(batches, len(history.steps)",
            f"parts(batches, {RESUMED}",
        ),
        "schedule starts over": (
            "training",
            "set_rates(len(history.steps))",
            f"set_rates({RESUMED})",
        ),
    },
    "check_scaler_resumes": {
        "scaler not restored": ("resume", 'self.scaler.load_state_dict(saved["scaler"])', "pass"),
    },
    "check_a_finished_run_stays": {
        "best weights not stored": (
            "resume",
            '"best_weights": best_weights',
            '"best_weights": None',
        ),
        "not saved at the end": ("training", "if ended or stopped", "if stopped"),
    },
    "check_a_failed_write_keeps_the_old": {
        "written in place": ("resume", 'path.with_name(path.name + ".tmp")', "path"),
        "half a file stays": ("resume", "unfinished.unlink(missing_ok=True)", "pass"),
    },
    "check_damage_is_noticed": {
        "checksums not compared": ("resume", "archive.testzip()", "None"),
        "starts over silently": ("resume", UNREADABLE, "        return None\n" + UNREADABLE),
    },
    "check_another_run_is_refused": {
        "settings not compared": ("resume", "if old != new:", "if False:"),
        "noticed after loading": (
            "resume",
            "        if changes := list",
            '        self.model.load_state_dict(saved["model"], strict=False)\n'
            "        if changes := list",
        ),
    },
}
ALL_BUGS = [(check, *bug) for check, bugs in BUGS.items() for bug in bugs.items()]


def run(check, lib, folder):
    wants_folder = check.__code__.co_argcount == 2
    check(lib, folder) if wants_folder else check(lib)


@pytest.mark.parametrize("check", CHECKS)
def test_passes(check, tmp_path):
    run(CHECKS[check], library(), tmp_path)


@pytest.mark.parametrize("check, name, bug", ALL_BUGS, ids=[bug[1] for bug in ALL_BUGS])
def test_catches(check, name, bug, tmp_path):
    lib = library(*bug)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        run(CHECKS[check], lib, tmp_path)

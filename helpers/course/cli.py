"""The ``course`` command: run the lessons, read them, test them."""

import argparse
import importlib.util
import os
import sys
from pathlib import Path

from helpers import ROOT
from helpers.course import foreground

INSTALL = 'run `make lab` or `pip install -e ".[notebook,test]"` in the checkout'


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; returns its exit status (2 when wrongly called)."""
    # Torch's threads spin while they wait for one another. On cores that something else uses too,
    # that made a lesson four times slower; sleeping costs nothing measurable where cores are free.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    parser = _parser()
    options, options.rest = parser.parse_known_args(arguments)
    if options.rest and not options.passes_on:
        parser.error(f"unknown: {' '.join(options.rest)}")
    try:
        return options.function(options)
    except ModuleNotFoundError as error:
        if (error.name or "helpers").split(".")[0] in ("helpers", "notebooks"):
            raise
        _complain(options, f"the package {error.name!r} is missing: {INSTALL}.")
    except OSError as error:
        _complain(options, str(error))
    except KeyboardInterrupt:
        return 130
    return 1


def _complain(options: argparse.Namespace, what: str) -> None:
    print(f"course {options.command}: {what}", file=sys.stderr)


def _run(options: argparse.Namespace) -> int:
    from helpers.course import parameters, runner
    from helpers.data import DataError

    notebooks = options.notebooks.resolve()
    name = "course" if notebooks == ROOT / "notebooks" else notebooks.name
    try:
        return runner.run(
            runner.Options(
                scale=options.scale,
                seed=parameters.parse(options.seed),
                device=options.device,
                only=options.only,
                extra={name: parameters.parse(value) for name, value in options.parameter},
                output=(options.output or ROOT / "build" / name).resolve(),
                notebooks=notebooks,
                timeout=options.timeout,
                fresh=options.fresh,
            )
        )
    except (parameters.RunError, DataError) as error:
        _complain(options, str(error))
        return 2


def _test(options: argparse.Namespace) -> int:
    for package in ("pytest", "xdist"):
        if importlib.util.find_spec(package) is None:
            raise ModuleNotFoundError(name=package)
    # worksteal keeps a file's tests together while all are busy, and helps out once one isn't.
    pytest = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "worksteal"]
    return foreground.run([*pytest, *options.rest], cwd=ROOT)


def _lab(options: argparse.Namespace) -> int:
    from helpers.course import workspace

    return workspace.command(options.rest)


def _data(options: argparse.Namespace) -> int:
    from helpers import data

    return data.command(options.names)


def _bench(options: argparse.Namespace) -> int:
    from helpers import bench

    return bench.command()


def _checkpoints(options: argparse.Namespace) -> int:
    from helpers.course import checkpoints

    return checkpoints.command(options.names, options.list)


def _ladder(options: argparse.Namespace) -> int:
    from helpers.course import ladder

    return ladder.command(options.only, options.sizes, options.seeds)


def _card(options: argparse.Namespace) -> int:
    from helpers.miniworld import card

    return card.command()


def _check(options: argparse.Namespace) -> int:
    from helpers.grading import own_work

    return own_work.command(options.notebook)


def _grade(options: argparse.Namespace) -> int:
    from helpers.grading import run

    return run.command(
        run.Options(
            submissions=options.submissions,
            notebook=options.notebook,
            output=options.output,
            workers=options.workers,
            scheduler=options.scheduler,
            manual=options.manual,
            protected=not options.unsafe_no_sandbox,
            executed=options.executed,
        )
    )


def _release(options: argparse.Namespace) -> int:
    from helpers.course import release

    return release.command(options.only, options.stubs_only)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course", description=f"The course in {ROOT}.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, function, text: str, passes_on: bool = False):
        added = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        added.set_defaults(function=function, passes_on=passes_on)
        return added

    _add_run_options(command("run", _run, "run the lessons and write a report"))
    command("test", _test, "run the test suite; further arguments go to pytest", passes_on=True)
    command("lab", _lab, "open JupyterLab on copies in work/; further arguments go to it", True)
    data = command("data", _data, "list the corpora, or fetch the named ones")
    data.add_argument("names", nargs="*", metavar="NAME")
    command("bench", _bench, "time our code beside its peers")
    checkpoints = command("checkpoints", _checkpoints, "train what later lessons build on")
    checkpoints.add_argument("names", nargs="*", metavar="NAME", help="default: what is missing")
    checkpoints.add_argument("--list", action="store_true", help="only say what is there")
    ladder = command("ladder", _ladder, "measure the rows of the ladder that are missing")
    rung = {"action": "append", "default": [], "metavar": "NAME"}
    ladder.add_argument("--only", **rung, help="this rung, not all; can be repeated")
    ladder.add_argument("--sizes", default="", metavar="50,200", help="these numbers of labels")
    ladder.add_argument("--seeds", default="", metavar="0,1", help="these seeds")
    command("card", _card, "measure the mini-world for its section of the data card")
    check = command("check", _check, "grade your own notebook and show your progress")
    what = "a lesson (01_word_embeddings, or 01) or a file; all in work/ if none is named"
    check.add_argument("notebook", nargs="?", default="", metavar="NOTEBOOK", help=what)
    _add_grade_options(command("grade", _grade, "grade a folder of submissions in a sandbox"))
    release = command("release", _release, "write exercises, stored outputs and README tables")
    release.add_argument("--only", default="", metavar="01,02", help="these lessons, not all")
    stubs_only = "write the exercises into the lessons and run nothing"
    release.add_argument("--stubs-only", action="store_true", help=stubs_only)
    return parser


def _add_grade_options(grade: argparse.ArgumentParser) -> None:
    add = grade.add_argument
    add("submissions", type=Path, metavar="SUBMISSIONS", help="a folder or a download zip")
    add("notebook", metavar="NOTEBOOK", help="the lesson: 01_word_embeddings, or 01")
    add("--output", type=Path, metavar="FOLDER", help="default build/grading/NOTEBOOK")
    add("--workers", type=int, default=0, metavar="N", help="notebooks at a time (default: cores)")
    add("--scheduler", default="", metavar="ADDRESS", help="grade on a Dask cluster: tcp://...")
    add(
        "--manual",
        type=Path,
        metavar="CSV",
        help="points given by hand: student,item,points,out_of",
    )
    whole = "run each notebook as a whole, too, and show it on the feedback page"
    add("--executed", action="store_true", help=whole)
    unsafe = "run the code of submissions as yourself: for your own notebooks only"
    add("--unsafe-no-sandbox", action="store_true", help=unsafe)


def _add_run_options(run: argparse.ArgumentParser) -> None:
    """Values are taken as they come: the runner checks them, and says more than argparse would."""
    add = run.add_argument
    add("--scale", default="mini", help="smoke, mini (default) or full")
    add("--seed", default="0", metavar="N", help="seed of every lesson (default 0)")
    add("--only", default="", metavar="01,02", help="these lessons, by number or topic; not all")
    add("--device", default="auto", help="auto (default), cpu, cuda or mps")
    pair = {"nargs": 2, "action": "append", "default": [], "metavar": ("NAME", "VALUE")}
    add("-p", "--parameter", **pair, help="set another parameter of the lessons")
    add("--fresh", action="store_true", help="run also what is up to date")
    add("--timeout", type=float, metavar="SECONDS", help="the most a lesson may take")
    add("--output", type=Path, metavar="FOLDER", help="where to write (default build/course)")
    add("--notebooks", type=Path, metavar="FOLDER", default=ROOT / "notebooks")


if __name__ == "__main__":
    sys.exit(main())

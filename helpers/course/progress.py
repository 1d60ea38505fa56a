"""How far a command is: a bar where someone watches, a line for each piece of work elsewhere."""

import os
import sys


class Bar:
    """Counts up to ``total``; ``look``: options of tqdm's for where someone watches."""

    def __init__(self, total: int, **look):
        from tqdm import tqdm

        self.total, self.count = total, 0
        self.bar = tqdm(total=total, leave=False, **look) if is_watched() else None

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_) -> None:
        if self.bar is not None:
            self.bar.close()

    def about(self, what: str) -> None:
        """``what`` comes next."""
        if self.bar is not None:
            self.bar.set_description(what)

    def done(self, line: str) -> None:
        """One more is done; ``line`` tells of it where there is no bar."""
        self.count += 1
        if self.bar is not None:
            self.bar.update()
        else:
            print(f"[{self.count}/{self.total}] {line}", flush=True)


class Progress(Bar):
    """Counts lessons and estimates the time left.

    ``pending``: the lessons to run. ``cells``: code cells of every lesson. ``seconds``: what
    lessons took before at this scale; one that never ran is estimated from its number of cells.
    """

    def __init__(self, pending: list[str], cells: dict[str, int], seconds: dict[str, float]):
        shape = "{desc} {percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt} lessons{postfix}"
        super().__init__(len(pending), bar_format=shape, dynamic_ncols=True)
        self.pending, self.cells, self.seconds = list(pending), cells, dict(seconds)

    def left(self, elapsed: float = 0.0) -> float | None:
        """Seconds until the end, ``elapsed`` into the first pending lesson; None if unknown."""
        counted = sum(self.cells[name] for name in self.seconds)
        if not counted:
            return None
        rate = sum(self.seconds.values()) / counted
        expected = [self.seconds.get(name, rate * self.cells[name]) for name in self.pending]
        return max(0.0, expected[0] - elapsed) + sum(expected[1:]) if expected else 0.0

    def tick(self, elapsed: float) -> None:
        """Called now and then while the first pending lesson runs."""
        if self.bar is not None and self.pending:
            self.bar.set_description_str(self.pending[0], refresh=False)
            self.bar.set_postfix_str(f"{duration(elapsed)}{self.words(elapsed)}")

    def finished(self, took: float | None, line: str) -> None:
        """The first pending lesson is over; ``took``: its seconds if it ran to the end."""
        name = self.pending.pop(0)
        if took is not None:
            self.seconds[name] = took
        self.done(f"{name}: {line}{self.words()}")

    def words(self, elapsed: float = 0.0) -> str:
        """``', about 3 min left'``, or nothing if nobody knows or nothing is left."""
        left = self.left(elapsed)
        return f", about {duration(left)} left" if left and left >= 1 and self.pending else ""


def is_watched() -> bool:
    """Whether a bar makes sense: a terminal, and nobody asked for plain text."""
    return sys.stderr.isatty() and os.environ.get("COURSE_PROGRESS", "bar") == "bar"


def duration(seconds: float) -> str:
    """``12 s`` or ``3.4 min``."""
    return f"{seconds:.0f} s" if seconds < 99.5 else f"{seconds / 60:.1f} min"

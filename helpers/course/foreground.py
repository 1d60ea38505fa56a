"""Hand the terminal to another program until it ends."""

import signal
import subprocess
from pathlib import Path


def run(command: list[str], cwd: Path, env: dict[str, str] | None = None) -> int:
    """Run ``command`` and return its exit status, 128 + n if signal n ended it.

    Ctrl-C reaches the program itself, which may ask before it ends; SIGTERM is passed on to it.
    """
    child = subprocess.Popen(command, cwd=cwd, env=env)
    handlers = {signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: lambda *_: child.terminate()}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        status = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status

"""Work on files from outside (外から届いたファイル) in a process of its own, so that the portal's stays small and safe."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from forms import confined_start


@dataclass(frozen=True)
class Confines:
    """What one look into a file may use: megabytes of address space, seconds of CPU time."""

    memory_megabytes: int = 1024
    cpu_seconds: int = 10


def confined(script: Path, arguments: list[str], confines: Confines) -> bytes | None:
    """What the script printed; None when it failed, or needed more memory or time than it may use."""
    limits = [str(confines.memory_megabytes), str(confines.cpu_seconds)]
    command = [sys.executable, "-I", confined_start.__file__, *limits, str(script), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own script, the path of the file as one argument
            command, capture_output=True, timeout=confines.cpu_seconds * 3, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None

"""Start a script with limits on memory, time and files. It imports nothing of ours: it starts fast, holds no secrets.

Arguments: megabytes, seconds, the script and its own arguments.
"""

import resource
import runpy
import sys


def main(megabytes: int, seconds: int, script: str, arguments: list[str]) -> None:
    """Take the limits, then become the script."""
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])

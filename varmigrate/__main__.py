"""`python -m varmigrate` is the command line program."""

import sys

# `-m` puts the current folder first on the import path; what lies there is analysed, never run.
if not sys.flags.safe_path and sys.path and __name__ == "__main__":
    del sys.path[0]

from varmigrate.cli.main import main

if __name__ == "__main__":
    main(prog_name="varmigrate")

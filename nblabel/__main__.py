"""``python -m nblabel``: the command line, also where its program is not on the path."""

from __future__ import annotations

from nblabel.commands.main import main

if __name__ == "__main__":
    main()

"""`python -m local` runs the whole stack on this machine until Ctrl-C."""

from __future__ import annotations

from local.run import main

if __name__ == "__main__":
    main()

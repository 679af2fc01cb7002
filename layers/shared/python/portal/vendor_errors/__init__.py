"""What each vendor's error codes mean, one table per vendor, each row with its reason and source.

The adapters classify by these tables; `docs/vendor-errors.md` prints them (a test holds the two
together). A code that is in no table is logged and counted, and each adapter says what it takes
it for.
"""

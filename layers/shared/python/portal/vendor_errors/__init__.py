"""The meaning of each vendor's error codes, in one table per vendor, with reason and source.

The adapters classify errors by these tables. `docs/vendor-errors.md` prints them, which a test
checks. A code that is in no table is logged and counted, and each adapter has a rule for it.
"""

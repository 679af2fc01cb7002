"""`EsimProvider` over the API of eSIM Access.

Source: docs.esimaccess.com (Partner API V1, changes up to April 2026).
"""

from portal.adapters.esim_access.provider import EsimAccessProvider

__all__ = ["EsimAccessProvider"]

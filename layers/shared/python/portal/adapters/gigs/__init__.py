"""`EsimProvider` over the API of Gigs.

Source: developers.gigs.com (Core API): subscriptions, users, SIM credentials, subscription
changes, add-ons, usage balances, idempotent requests, error handling.
"""

from portal.adapters.gigs.provider import GigsProvider

__all__ = ["GigsProvider"]

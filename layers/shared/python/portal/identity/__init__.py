"""Finds the Salesforce Account of a portal user."""

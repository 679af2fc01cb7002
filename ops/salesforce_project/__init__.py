"""Generates and checks the Salesforce project in `salesforce/`."""

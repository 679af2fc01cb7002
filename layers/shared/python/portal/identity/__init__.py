"""Which Salesforce Account a portal user is."""

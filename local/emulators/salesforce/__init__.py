"""An emulated Salesforce org: OAuth, SOQL, REST and composite APIs; see `app`."""

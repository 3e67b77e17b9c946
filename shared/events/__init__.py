"""The catalogue of events: what services say to each other. One file a publisher; fields are only ever added."""

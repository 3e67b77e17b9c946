"""A living community to look at: `python -m deploy.demo` invents a year of it and loads it over HTTP."""

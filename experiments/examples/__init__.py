"""Examples that the docs explain and the tests run; no part of the report."""

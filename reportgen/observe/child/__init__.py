"""First on the path of the Python processes that an observed run starts."""

"""The little world of Part A: what is drawn, the network that paints it, and its judge."""

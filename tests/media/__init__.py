"""Tests of media: from arrays to files and HTML, through ``draw``."""

"""The first hour: a project, a figure, an artifact or a post to begin with.

``project`` makes a project, alone or inside a blog that is there; ``pieces`` adds to one; ``blog``
chooses the settings that suit a blog; ``files`` writes, and never over what is there.
"""

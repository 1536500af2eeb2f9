"""Running nodes: what must run, what it costs, in which worker, and what came out.

``session`` looks at a project, ``plan`` prices a build, ``build`` schedules it on the workers of
``pool``, ``execute`` runs one node in a worker with its ``run`` context, ``draw`` turns recorded
media into files, ``results`` is what posts see.
"""

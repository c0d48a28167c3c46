"""Many files at once: what is in folders and archives, worked on in parallel, written down so that it can go on.

`archives` gives the files, `work` does one chunk of them, an executor of `executors` does many chunks at once,
`manifest` remembers what is done, `summary` counts. `run` ties them together. Nothing here prints.
"""

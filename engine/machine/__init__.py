"""The machine: the process, its memory and folders, files and terminals."""

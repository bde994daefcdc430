"""What lies below: the process, its memory, its folders, the files and terminals of others."""

"""The command line: ``nblabel label photos --classes cat,dog``; see docs/command-line.md."""

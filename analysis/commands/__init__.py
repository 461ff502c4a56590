"""The commands of ``bingkai``, one module each: its help, the words it takes, and what it does.

Modules that take long to import are imported when a command runs, so that help is quick and
Ctrl-C is met at any time.
"""

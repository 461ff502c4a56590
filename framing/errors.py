"""The one error and the one warning that users meet."""


class BingkaiError(Exception):
    """Something that the user can mend: one line with what, where and how to mend it.

    The command line prints the message after ``bingkai: `` and ends with exit code 2.
    """


class BingkaiWarning(UserWarning):
    """Something that the user should know and can mend, though the work goes on.

    The command line prints the message on one line.
    """

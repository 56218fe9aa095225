"""Where the data are: connections, transactions, and SQL for both dialects.

Nothing outside this folder asks which database it is.
"""

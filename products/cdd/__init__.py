"""The two yearly open files of the Community Development Department.

One lists producers, the other the results of a star selection; neither has a key, and
nor do they share one. ``keys`` says what a row is known by for ever; ``reading`` reads
one row; ``matching`` finds what is alike and says why; ``producers`` and ``stars`` plan
what becomes of each row; ``writing`` does it through the actions; ``differences`` tells
what a person wrote from what an earlier file said. ``running`` and ``kinds`` are the
two ways in: a command, and the pages.
"""

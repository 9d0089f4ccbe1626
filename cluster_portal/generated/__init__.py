"""The generated register: a whole country's producers and goods, all invented.

For measuring and trying, not for show: places, shelves, marks and the words of
names are real, producers, people, numbers and results are not. The same seed makes
the same register. Rows are written as the actions would have left them, many at
once: ``words`` and ``land`` say what may be drawn, ``producers``, ``goods`` and
``results`` draw it, ``writing`` brings it to the database, ``loading`` does all in
order.
"""

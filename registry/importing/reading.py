"""How cells are read: each reader gives a clean value and says what it put right.

A reader is called with a :class:`~registry.importing.kinds.Cell` that holds something
and returns the clean value; ``show(value)`` gives the text people read, which the same
reader reads again. So a workbook is written with ``show`` of the very readers that
read it.

``Text(max_length=250)``, ``Text(lines=True)``, ``Choice(LegalForm.choices)``,
``WholeNumber(low, high)``, ``Amount(digits, places)`` (money), ``Coordinate()``,
``Year()`` (of the Buddhist era), ``Day()``, ``YesNo()``, ``Phones()``, ``Email()``,
``Link()``, ``Months()`` (twelve bits), ``Texts()``, ``Key()`` (the hidden column).
"""

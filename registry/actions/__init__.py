"""Every write of the register goes through a function of this package.

``records`` enters, edits and moves kept rows; ``codes`` gives public codes.
"""

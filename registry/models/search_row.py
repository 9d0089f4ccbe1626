"""What a record is found by, folded: one row a record, written with it."""

from django.db import models


class SearchRow(models.Model):
    """Three forms of a record's words (``registry/search.py`` says how they are made).

    A subclass adds the one-to-one key to its record, as the primary key.
    """

    name_norm = models.TextField()
    name_fold = models.TextField()
    text_fold = models.TextField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_norm

"""What search keeps beside the records: words people may mean, and a run's place."""

from django.db import models


class Word(models.Model):
    """A word, or a few in a row, of the names in the register.

    Written by :mod:`registry.vocabulary`; it says nothing that names do not say.
    """

    text = models.CharField(max_length=200, unique=True)
    #: The text folded and without spaces, and how it is heard.
    key = models.CharField(max_length=200)
    sound = models.CharField(max_length=200)
    #: In how many names it stands; the more, the likelier it is meant.
    count = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "word"
        verbose_name_plural = "words"
        indexes = [
            models.Index(fields=["sound"], name="registry_word_sound"),
            # By its beginning, in whatever order the database sorts; on PostgreSQL.
            models.Index(
                fields=["key"],
                opclasses=["varchar_pattern_ops"],
                name="registry_word_key",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class ReindexPlace(models.Model):
    """How far ``manage.py reindex_search`` has come, if it was stopped."""

    kind = models.CharField(max_length=20, primary_key=True)
    last_key = models.BigIntegerField()

    class Meta:
        verbose_name = "place of a reindexing"
        verbose_name_plural = "places of a reindexing"

    def __str__(self) -> str:
        return f"{self.kind} {self.last_key}"

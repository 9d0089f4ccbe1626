"""Words the register uses, for "did you mean": kept beside it, counted by night."""

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
        indexes = [models.Index(fields=["sound"], name="registry_word_sound")]

    def __str__(self) -> str:
        return self.text

"""What reports that are made for paper have in common."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from registry.enums import SheetFormat
from registry.models import User
from registry.thai.dates import Language
from reports.base import TableReport
from reports.pdf.documents import Digits, Document


class DocumentReport(TableReport):
    """A report whose pages are drawn up as such; its tables are what a screen shows."""

    formats: ClassVar[Sequence[SheetFormat]] = (SheetFormat.PDF,)
    #: Takes so long that a worker makes it.
    is_long: ClassVar[bool] = False

    @abstractmethod
    def document(
        self, user: User, form: Any, *, language: Language, digits: Digits
    ) -> Document:
        """Return the document; ``form`` is a valid one of the report's own.

        The language is active already.
        """

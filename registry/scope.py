"""The part of the register a person works in.

Scope comes from the person's agency, never from the request: a national
agency reaches every province, another one the provinces it lists, and one
with neither reaches nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """Provinces a person works in; ``everywhere`` beats the list."""

    everywhere: bool = False
    provinces: frozenset[str] = frozenset()
    agency_id: int | None = None

    def covers(self, province_code: str | None) -> bool:
        """Tell whether ``province_code`` lies inside; the nation only if all does."""
        return self.everywhere or province_code in self.provinces


NOWHERE = Scope()

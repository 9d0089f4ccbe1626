"""What people type into the register: bases of the admin's forms, and fields.

None of these forms saves. They lock and compare, clean, and say what changed;
the admin hands that to one action (:mod:`registry.admin_base`).
"""

from registry.forms.fields import (
    PickField,
    PickInput,
    PictureField,
    Proof,
    ProofField,
    RowsField,
    is_key,
    kept_picture,
    kept_proof,
)
from registry.forms.rows import (
    ChildForm,
    ChildFormSet,
    Difference,
    KeptForm,
    NoteForm,
    Typing,
    asks_for_reason,
)
from registry.thai.fields import ThaiCharField

__all__ = [
    "ChildForm",
    "ChildFormSet",
    "Difference",
    "KeptForm",
    "NoteForm",
    "PickField",
    "PickInput",
    "PictureField",
    "Proof",
    "ProofField",
    "RowsField",
    "ThaiCharField",
    "Typing",
    "asks_for_reason",
    "is_key",
    "kept_picture",
    "kept_proof",
]

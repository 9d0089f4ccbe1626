"""What people type into the register: bases of the admin's forms, and fields.

None of these forms saves. They lock and compare, clean, and say what changed;
the admin hands that to one action (:mod:`registry.admin_base`).
"""

from registry.forms.fields import (
    PaperField,
    PickField,
    PickInput,
    PictureField,
    Proof,
    ProofField,
    RowsField,
    UploadField,
    house_field,
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
    PickedFields,
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
    "PaperField",
    "PickField",
    "PickInput",
    "PickedFields",
    "PictureField",
    "Proof",
    "ProofField",
    "RowsField",
    "ThaiCharField",
    "Typing",
    "UploadField",
    "asks_for_reason",
    "house_field",
    "is_key",
    "kept_picture",
    "kept_proof",
]

"""How any kept row, record or child is made: by the action that makes it in life."""

import factory

from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.enums import RecordStatus
from registry.models import children_of, parent_key


class KeptFactory(factory.django.DjangoModelFactory):
    """Enters a row through :func:`registry.actions.records.create`."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, **fields):
        many = {
            field.name: fields.pop(field.name)
            for field in model_class._meta.many_to_many
            if field.name in fields
        }
        return records.create(model_class(**fields), by=None, many=many)


class RecordFactory(KeptFactory):
    """Enters a record and takes the steps that lead to its status."""

    class Meta:
        abstract = True

    class Params:
        submitted = factory.Trait(status=RecordStatus.SUBMITTED)
        returned = factory.Trait(status=RecordStatus.RETURNED)
        published = factory.Trait(status=RecordStatus.PUBLISHED)
        withdrawn = factory.Trait(status=RecordStatus.WITHDRAWN)

    status = RecordStatus.DRAFT

    @classmethod
    def _create(cls, model_class, *args, status, **fields):
        record = super()._create(model_class, *args, **fields)
        if status in {RecordStatus.SUBMITTED, RecordStatus.RETURNED}:
            record = records.submit(record, by=None)
        if status == RecordStatus.RETURNED:
            record = records.send_back(record, by=None, note="Please add a photo.")
        if status in {RecordStatus.PUBLISHED, RecordStatus.WITHDRAWN}:
            record = records.publish(record, by=None)
        if status == RecordStatus.WITHDRAWN:
            record = records.withdraw(record, by=None, note="No longer made.")
        return record


class ChildFactory(factory.django.DjangoModelFactory):
    """Adds a row to its parent by an edit of the parent, as every form does."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, **fields):
        key = next(name for name in model_class.PARENTS if fields.get(name))
        parent = fields.pop(key)
        name = next(
            name
            for name, model in children_of(type(parent)).items()
            if model is model_class and parent_key(type(parent), name) == key
        )
        child = model_class(**fields)
        added = Changes(children={name: ChildChanges(added=(child,))})
        records.edit(parent, added, by=None)
        return child

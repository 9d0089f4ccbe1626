"""``manage.py demo`` touches no register that is somebody's own."""

import pytest
from django.core.management import CommandError, call_command

from members.models import Cluster
from products.models import Product
from registry.models import Installation
from tests.factories import MemberFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("own", [MemberFactory, UserFactory])
def test_a_database_with_records_of_its_own_is_refused(own):
    own()

    with pytest.raises(CommandError) as refusal:
        call_command("demo", verbosity=0)

    assert refusal.value.returncode == 3
    assert "records of its own" in str(refusal.value)
    assert not Installation.objects.exists()
    assert not Product.objects.exists()


def test_an_interrupted_run_leaves_an_unmarked_empty_register(monkeypatch):
    monkeypatch.setattr("cluster_portal.demo.loading.enter_rounds", lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        call_command("demo", verbosity=0)

    assert not Installation.objects.filter(is_demonstration=True).exists()
    assert not Cluster.objects.exists()

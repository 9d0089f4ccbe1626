"""What does not answer is a 503 with a time to try again, never a mistake of ours."""

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError

from registry.outages import is_outage
from registry.storages import StorageAway

HOME = "/provinces/"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, StorageAway])
def test_a_machine_that_does_not_answer_is_an_outage(error):
    assert is_outage(error("away"))


@pytest.mark.parametrize("error", [ProgrammingError, RuntimeError, FileNotFoundError])
def test_a_mistake_of_ours_is_none(error):
    assert not is_outage(error("mistake"))


def test_what_led_to_an_error_counts():
    outer = RuntimeError()
    outer.__cause__ = OperationalError()

    assert is_outage(outer)
    assert not is_outage(None)


@pytest.fixture
def away(monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("the database system is shutting down")

    monkeypatch.setattr("cluster_portal.figures.by_region", fail)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [(HOME, "ไม่พร้อมให้บริการชั่วคราว"), (f"/en{HOME}", "cannot answer at the moment")],
)
def test_a_page_says_so_in_its_language(client, away, address, sentence):
    client.raise_request_exception = False

    answer = client.get(address)

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert sentence in answer.content.decode()


def test_data_says_so_as_data(client, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("away")

    monkeypatch.setattr("reports.api.views.refuse_floods", fail)
    client.raise_request_exception = False

    answer = client.get("/api/v1/products/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert answer.json()["status"] == 503

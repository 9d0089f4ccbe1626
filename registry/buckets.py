"""Files in S3-compatible storage, for installations of several machines.

Two buckets take the place of the two folders, under the same names: everybody may
read one, by a policy of that bucket; nobody the other, whose files only a view with
the record's rule hands out. The portal sets no rights of single files.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, ClassVar

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.utils.deconstruct import deconstructible
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from registry.storages import CONTENT_TYPES, StorageAway, checked_name

#: Bytes of an open file that are kept in memory; more go to a temporary file.
IN_MEMORY = 4 * 1024 * 1024
#: Of requests that go through: written once, never changed.
FOR_EVER = "public, max-age=31536000, immutable"
GONE = frozenset({404, 410})


class Bucket(S3Storage):
    """A bucket whose files are named by their content."""

    #: Which bucket of the settings it is.
    WHICH: ClassVar[str]

    def __init__(self) -> None:
        s3 = settings.S3
        super().__init__(
            bucket_name=s3[self.WHICH],
            endpoint_url=s3["endpoint"] or None,
            region_name=s3["region"] or None,
            access_key=s3["key"] or None,
            secret_key=s3["secret"] or None,
            default_acl=None,
            # Files are small: threads of their own would cost more than they bring.
            transfer_config=TransferConfig(use_threads=False),
            client_config=Config(
                # Servers of one's own seldom have a host name for each bucket.
                s3={"addressing_style": "path" if s3["endpoint"] else "auto"},
                signature_version="s3v4",
                connect_timeout=3,
                read_timeout=20,
                retries={"max_attempts": 2, "mode": "standard"},
                # Not every storage knows the newest checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    @property
    def bucket(self) -> Any:
        """Return the bucket by the connection of this thread: they are not shared."""
        return self.connection.Bucket(self.bucket_name)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return ``name``: the same name means the same content, so none is taken.

        :raises ValueError: for a name without a content hash.
        """
        return checked_name(name, max_length)

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        """Say what a file is: a bucket hands it out without asking us."""
        kind = CONTENT_TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")
        return {"ContentType": kind}

    def _open(self, name: str, mode: str = "rb") -> File:
        """Fetch the whole file at once, in one request."""
        key = self._normalize_name(name)
        with _told(name):
            told = self.connection.meta.client.get_object(
                Bucket=self.bucket_name, Key=key
            )
            file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
            shutil.copyfileobj(told["Body"], file)
        file.seek(0)
        return File(file, name)

    def _save(self, name: str, content: File) -> str:
        """Write the file if it is not there; a bucket keeps it whole or not at all."""
        if not self.exists(name):
            with _told(name):
                super()._save(name, content)
        return name

    def exists(self, name: str) -> bool:
        """Tell whether the file is there."""
        with _told(name):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        """Delete the file if it is there."""
        with _told(name):
            super().delete(name)

    def size(self, name: str) -> int:
        """Return the bytes of a file."""
        with _told(name):
            return int(super().size(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the folders and files in a folder."""
        with _told(path):
            folders, files = super().listdir(path)
        return folders, files

    def get_modified_time(self, name: str) -> datetime:
        """Return when a file was written, or made young."""
        with _told(name):
            found: datetime = super().get_modified_time(name)
        return found

    def renew(self, name: str) -> None:
        """Make a file as young as if it were written now, for the nightly sweep."""
        key = self._normalize_name(name)
        try:
            with _told(name):
                self.connection.meta.client.copy_object(
                    Bucket=self.bucket_name,
                    Key=key,
                    CopySource={"Bucket": self.bucket_name, "Key": key},
                    # A copy onto itself must change something: all is said anew.
                    MetadataDirective="REPLACE",
                    **self.get_object_parameters(name),
                )
        except FileNotFoundError:
            # What is gone is missed soon enough.
            return


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn what the storage says into the errors that folders raise.

    :raises FileNotFoundError: if there is no such file.
    :raises StorageAway: for all else.
    """
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in GONE:
            raise FileNotFoundError(f"No such file: {name}") from error
        raise StorageAway(f"The storage refuses: {error}") from error
    except BotoCoreError as error:
        raise StorageAway(f"The storage does not answer: {error}") from error


@deconstructible(path="registry.buckets.PublicBucket")
class PublicBucket(Bucket):
    """What everybody may fetch by its address: pictures of published records."""

    WHICH = "public"

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        """Let everybody keep it for ever, too."""
        return super().get_object_parameters(name) | {"CacheControl": FOR_EVER}

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Return the address: of the portal, whose proxy asks the bucket, or a CDN."""
        return settings.MEDIA_URL + filepath_to_uri(name)


@deconstructible(path="registry.buckets.PrivateBucket")
class PrivateBucket(Bucket):
    """What only a view with the record's rule hands out; it has no addresses."""

    WHICH = "private"

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Refuse: whoever holds an address of a bucket asks no rule.

        :raises ValueError: always.
        """
        raise ValueError("This file is not accessible via a URL.")

"""Known kinds of files: what their columns are called, and which are needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Column(StrEnum):
    """What a column of a list of goods may hold."""

    PRODUCT = "product"
    AUTHORITY = "authority"
    DISTRICT = "district"
    PROVINCE = "province"
    SELLER = "seller"
    ADDRESS = "address"
    PHONE = "phone"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"


@dataclass(frozen=True)
class Layout:
    """A kind of file. ``key`` names it in commands, runs and form keys for ever."""

    key: str
    headings: Mapping[Column, tuple[str, ...]]
    needed: frozenset[Column]


#: The list that local authorities fill in for the Department of Local
#: Administration: one row a product, the producer known by its point of sale only.
LOCAL_AUTHORITY = Layout(
    key="local-authority",
    headings={
        Column.PRODUCT: (
            "ชื่อสินค้า OTOP",
            "ชื่อสินค้า",
            "ชื่อผลิตภัณฑ์",
            "ชื่อผลิตภัณฑ์ OTOP",
            "สินค้า OTOP",
            "product name",
            "product",
        ),
        Column.AUTHORITY: (
            "อปท.",
            "ชื่อ อปท.",
            "องค์กรปกครองส่วนท้องถิ่น",
            "local authority",
        ),
        Column.DISTRICT: ("อำเภอ", "ชื่ออำเภอ", "อำเภอ/เขต", "district", "amphoe"),
        Column.PROVINCE: ("จังหวัด", "ชื่อจังหวัด", "province", "changwat"),
        Column.SELLER: (
            "ชื่อสถานที่จัดจำหน่าย",
            "สถานที่จัดจำหน่าย",
            "สถานที่จำหน่าย",
            "ชื่อสถานที่จำหน่าย",
            "point of sale",
        ),
        Column.ADDRESS: ("ที่อยู่", "ที่ตั้ง", "address"),
        Column.PHONE: (
            "เบอร์โทรศัพท์",
            "หมายเลขโทรศัพท์",
            "โทรศัพท์",
            "เบอร์โทร",
            "โทร.",
            "telephone",
            "phone",
        ),
        Column.LATITUDE: ("LAT", "latitude", "ละติจูด"),
        Column.LONGITUDE: ("LONG", "LNG", "LON", "longitude", "ลองจิจูด"),
    },
    needed=frozenset({Column.PRODUCT, Column.DISTRICT, Column.PROVINCE}),
)

LAYOUTS = {layout.key: layout for layout in (LOCAL_AUTHORITY,)}

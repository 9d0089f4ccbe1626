"""JSON schemas of what :mod:`reports.api.shapes` makes, key by key."""

from typing import Any

from members.enums import ContactKind, LegalForm, ProducerType
from products.enums import AirTravel, MarkGoods, MarkScope, OtopType
from registry.enums import Region

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
YES_NO: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ADDRESS: Schema = {"type": "string", "format": "uri"}
STARS: Schema = {"type": "integer", "minimum": 1, "maximum": 5}


def thing(**properties: Schema) -> Schema:
    """Return an object with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def many(schema: Schema) -> Schema:
    """Return a list."""
    return {"type": "array", "items": schema}


def maybe(schema: Schema) -> Schema:
    """Return a value that may be missing, as null."""
    return {"anyOf": [schema, {"type": "null"}]}


def ref(name: str) -> Schema:
    """Return one of :data:`SCHEMAS`, by name."""
    return {"$ref": f"#/components/schemas/{name}"}


def word(values: Any) -> Schema:
    """Return one of the words of a list."""
    return {"type": "string", "enum": [each for each in values if each]}


def page(name: str) -> Schema:
    """Return a list of one kind, with where it goes on."""
    return thing(results=many(ref(name)), next=maybe(ADDRESS))


NAMES = {"name_th": TEXT, "name_en": maybe(TEXT)}
PAGES = {"url_th": ADDRESS, "url_en": ADDRESS, "api_url": ADDRESS}

PRODUCT: dict[str, Schema] = {
    "code": TEXT,
    **NAMES,
    **PAGES,
    "member": ref("Named"),
    "category": maybe(ref("Named")),
    "otop_type": maybe(word(OtopType.values)),
    "is_edible": maybe(YES_NO),
    "is_alcohol": YES_NO,
    "province": ref("ProvinceName"),
    "district": ref("Named"),
    "price_min": maybe(NUMBER),
    "price_max": maybe(NUMBER),
    "stars": maybe(STARS),
    "stars_year": maybe(WHOLE),
    "marks": many(TEXT),
    "season": many({"type": "integer", "minimum": 1, "maximum": 12}),
    "picture": maybe(ADDRESS),
    "published_at": MOMENT,
}
MEMBER: dict[str, Schema] = {
    "code": TEXT,
    **NAMES,
    **PAGES,
    "producer_type": maybe(word(ProducerType.values)),
    "legal_form": maybe(word(LegalForm.values)),
    "province": ref("ProvinceName"),
    "district": ref("Named"),
    "goods_count": WHOLE,
    "picture": maybe(ADDRESS),
    "published_at": MOMENT,
}

#: Every schema by its name in the description.
SCHEMAS: dict[str, Schema] = {
    "Named": thing(code=TEXT, **NAMES),
    "ProvinceName": thing(code=TEXT, **NAMES, slug=TEXT),
    "Product": thing(**PRODUCT),
    "ProductList": page("Product"),
    "ProductDetail": thing(
        **PRODUCT,
        unit_th=maybe(TEXT),
        unit_en=maybe(TEXT),
        size_th=maybe(TEXT),
        size_en=maybe(TEXT),
        materials_th=maybe(TEXT),
        materials_en=maybe(TEXT),
        keeping_th=maybe(TEXT),
        keeping_en=maybe(TEXT),
        air_travel=maybe(word(AirTravel.values)),
        story_th=maybe(TEXT),
        story_en=maybe(TEXT),
        shelf_life_days=maybe(WHOLE),
        design_year=maybe(WHOLE),
        certificates=many(ref("Certificate")),
        star_results=many(thing(year=WHOLE, stars=STARS, total=maybe(NUMBER))),
    ),
    "Certificate": thing(
        mark=TEXT,
        number=maybe(TEXT),
        standard_number=maybe(TEXT),
        issued_on=maybe(DAY),
        expires_on=maybe(DAY),
    ),
    "Member": thing(**MEMBER),
    "MemberList": page("Member"),
    "MemberDetail": thing(
        **MEMBER,
        subdistrict=maybe(ref("Named")),
        otop_year=maybe(WHOLE),
        workers=maybe(WHOLE),
        local_workers=maybe(WHOLE),
        story_th=maybe(TEXT),
        story_en=maybe(TEXT),
        contacts=many(
            thing(kind=word(ContactKind.values), value=TEXT, extension=maybe(TEXT))
        ),
        outlets=many(
            thing(
                **NAMES,
                address_th=maybe(TEXT),
                address_en=maybe(TEXT),
                hours_th=maybe(TEXT),
                hours_en=maybe(TEXT),
                latitude=maybe(NUMBER),
                longitude=maybe(NUMBER),
            )
        ),
        certificates=many(ref("Certificate")),
    ),
    "Province": thing(
        code=TEXT,
        **NAMES,
        slug=TEXT,
        iso_code=TEXT,
        region=word(Region.values),
        districts=many(ref("Named")),
    ),
    "ProvinceList": page("Province"),
    "Category": thing(
        code=TEXT,
        **NAMES,
        parent=maybe(TEXT),
        level=WHOLE,
        is_edible=YES_NO,
        is_alcohol=YES_NO,
        otop_type=maybe(word(OtopType.values)),
    ),
    "CategoryList": page("Category"),
    "Mark": thing(
        code=TEXT,
        **NAMES,
        abbreviation_th=maybe(TEXT),
        abbreviation_en=maybe(TEXT),
        issuer_th=maybe(TEXT),
        issuer_en=maybe(TEXT),
        given_to=word(MarkScope.values),
        goods=word(MarkGoods.values),
        usual_months=maybe(WHOLE),
        is_historic=YES_NO,
        certificates_in_force=WHOLE,
    ),
    "MarkList": page("Mark"),
    "Round": thing(
        year=WHOLE,
        **NAMES,
        announced_on=DAY,
        results=thing(**{str(stars): WHOLE for stars in (5, 4, 3, 2, 1)}),
    ),
    "RoundList": page("Round"),
    "Start": thing(
        resources={"type": "object", "additionalProperties": ADDRESS},
        openapi=ADDRESS,
        license=ADDRESS,
    ),
    "Moved": thing(code=TEXT, api_url=ADDRESS),
    "Problem": {
        "type": "object",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": WHOLE,
            "detail": TEXT,
            "detail_th": TEXT,
        },
        "required": ["type", "title", "status", "detail", "detail_th"],
    },
}

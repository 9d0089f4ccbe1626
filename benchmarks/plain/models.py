"""The portal's tables, as models that read them; nothing here is migrated."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.urls import reverse

OTOP_TYPES = [
    ("food", "อาหาร"),
    ("beverage", "เครื่องดื่ม"),
    ("textile", "ผ้า เครื่องแต่งกาย"),
    ("decor", "ของใช้ ของตกแต่ง ของที่ระลึก"),
    ("herb", "สมุนไพรที่ไม่ใช่อาหาร"),
]
PRICE_BANDS = [
    (1, "ต่ำกว่า 100 บาท"),
    (2, "100–299 บาท"),
    (3, "300–499 บาท"),
    (4, "500–999 บาท"),
    (5, "1,000–2,999 บาท"),
    (6, "3,000 บาทขึ้นไป"),
]
STATUSES = [
    ("draft", "ร่าง"),
    ("submitted", "รอตรวจ"),
    ("published", "เผยแพร่"),
    ("returned", "ตีกลับ"),
    ("withdrawn", "ถอน"),
]


class User(AbstractBaseUser):
    """Who signs in to the admin."""

    email = models.EmailField(unique=True)
    role = models.CharField(max_length=15)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[BaseUserManager] = BaseUserManager()

    USERNAME_FIELD = "email"
    is_staff = True

    class Meta:
        managed = False
        db_table = "registry_user"

    def __str__(self) -> str:
        return self.email

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Let administrators do everything."""
        return self.role == "administrator"

    def has_module_perms(self, app_label: str) -> bool:
        """Let administrators see everything."""
        return self.role == "administrator"


class Named(models.Model):
    """What has a Thai and an English name."""

    name_th = models.CharField(max_length=250)
    name_en = models.CharField(max_length=250, blank=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_th


class Province(Named):
    """A province."""

    code = models.CharField(max_length=2, primary_key=True)
    slug = models.SlugField(max_length=40, unique=True)
    sort_key = models.CharField(max_length=300)

    class Meta:
        managed = False
        db_table = "registry_province"


class District(Named):
    """A district."""

    code = models.CharField(max_length=4, primary_key=True)
    province = models.ForeignKey(Province, models.PROTECT)

    class Meta:
        managed = False
        db_table = "registry_district"


class Category(Named):
    """A shelf."""

    code = models.SlugField(max_length=40, unique=True)
    path = models.CharField(max_length=120)

    class Meta:
        managed = False
        db_table = "products_category"
        verbose_name_plural = "categories"


class Member(Named):
    """A producer."""

    # Null, as in the portal.
    code = models.CharField(max_length=12, unique=True, null=True)  # noqa: DJ001
    status = models.CharField(max_length=10, choices=STATUSES)
    province = models.ForeignKey(Province, models.PROTECT, related_name="+")
    district = models.ForeignKey(District, models.PROTECT, related_name="+")
    story_th = models.TextField(blank=True)
    portrait = models.JSONField(default=dict)
    goods_count = models.PositiveIntegerField(default=0)

    class Meta:
        managed = False
        db_table = "members_member"


class Contact(models.Model):
    """A way to reach a producer."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=12)
    value = models.CharField(max_length=300)
    is_personal = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        managed = False
        db_table = "members_contact"

    def __str__(self) -> str:
        return self.value


class Outlet(Named):
    """A place where goods are sold."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="outlets")
    address_th = models.CharField(max_length=300, blank=True)
    hours_th = models.CharField(max_length=150, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        managed = False
        db_table = "members_outlet"


class Product(Named):
    """A souvenir."""

    # Null, as in the portal.
    code = models.CharField(max_length=12, unique=True, null=True)  # noqa: DJ001
    status = models.CharField(max_length=10, choices=STATUSES)
    published_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    member = models.ForeignKey(Member, models.PROTECT, related_name="products")
    province = models.ForeignKey(Province, models.PROTECT)
    district = models.ForeignKey(District, models.PROTECT)
    category = models.ForeignKey(Category, models.PROTECT, null=True)
    otop_type = models.CharField(max_length=10, choices=OTOP_TYPES, blank=True)
    price_min = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    price_max = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    price_band = models.PositiveSmallIntegerField(choices=PRICE_BANDS, null=True)
    unit_th = models.CharField(max_length=60, blank=True)
    size_th = models.CharField(max_length=150, blank=True)
    materials_th = models.CharField(max_length=300, blank=True)
    keeping_th = models.CharField(max_length=300, blank=True)
    shelf_life_days = models.PositiveIntegerField(null=True)
    where_th = models.TextField(blank=True)
    story_th = models.TextField(blank=True)
    is_edible = models.BooleanField(null=True)
    is_alcohol = models.BooleanField(default=False)
    current_stars = models.PositiveSmallIntegerField(null=True)
    current_stars_year = models.PositiveSmallIntegerField(null=True)
    cover = models.JSONField(default=dict)

    class Meta:
        managed = False
        db_table = "products_product"

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("product-detail", args=[self.code])


class Photo(models.Model):
    """A photo of a product."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="photos")
    picture = models.JSONField(default=dict)
    alt_th = models.CharField(max_length=200, blank=True)
    is_illustration = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        managed = False
        db_table = "products_photo"

    def __str__(self) -> str:
        return self.alt_th


class Mark(Named):
    """A standard."""

    code = models.SlugField(max_length=30, unique=True)
    abbreviation_th = models.CharField(max_length=40, blank=True)
    issuer_th = models.CharField(max_length=200, blank=True)

    class Meta:
        managed = False
        db_table = "products_mark"


class Certificate(models.Model):
    """Proof of a mark."""

    product = models.ForeignKey(
        Product, models.CASCADE, null=True, related_name="certificates"
    )
    member = models.ForeignKey(
        Member, models.CASCADE, null=True, related_name="certificates"
    )
    mark = models.ForeignKey(Mark, models.PROTECT, related_name="certificates")
    number = models.CharField(max_length=80, blank=True)
    issued_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        managed = False
        db_table = "products_certificate"

    def __str__(self) -> str:
        return self.number


class StarRound(Named):
    """A round of the selection."""

    year = models.PositiveSmallIntegerField(unique=True)
    announced_on = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "products_starround"


class StarRating(models.Model):
    """A result of a round."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="ratings")
    round = models.ForeignKey(StarRound, models.PROTECT, related_name="ratings")
    total = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    stars = models.PositiveSmallIntegerField()

    class Meta:
        managed = False
        db_table = "products_starrating"

    def __str__(self) -> str:
        return str(self.stars)

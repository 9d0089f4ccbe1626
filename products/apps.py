"""The products app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ProductsConfig(AppConfig):
    """Products, photos, marks and stars."""

    name = "products"
    verbose_name = _("Products")

    def ready(self) -> None:
        """Have what is kept of a product follow everything it depends on."""
        from members.models import Cluster, Member
        from products import counting_triggers, daily, desk, personal
        from products.actions import counting, followers, picture_zip
        from products.cdd.kinds import ProducersKind, StarsKind
        from products.importing.kinds import LocalAuthorityKind
        from products.models import Category, Mark, Product, StarRound
        from products.sheets import CertificateSheets, ProductSheets, RatingSheets
        from registry.followers import follow
        from registry.importing.kinds import OtherWay, offer, offer_other
        from registry.publicity import ask_before_hiding
        from registry.rows_at_once import around_inserts
        from registry.vocabulary import learn_from

        follow(Product, followers.keep_product, in_bulk=followers.keep_products)
        learn_from(Product)
        around_inserts(Product, counting_triggers.unwatched)
        follow(Product, counting.follow_product, in_bulk=counting.follow_products)
        follow(Member, followers.keep_goods)
        follow(Category, followers.keep_shelf)
        follow(Mark, followers.keep_mark)
        follow(StarRound, followers.keep_round)
        follow(Cluster, followers.keep_cluster)
        # Django's own hook: nothing else runs after every migration.
        post_migrate.connect(counting.begin, sender=self)
        ask_before_hiding(followers.published_photos)
        desk.open_desks()
        personal.contribute()
        daily.contribute()
        for kind in (ProductSheets(), CertificateSheets(), RatingSheets()):
            offer(kind)
        for outside in (ProducersKind(), StarsKind(), LocalAuthorityKind()):
            offer(outside)
        offer_other(
            OtherWay(
                picture_zip.LAYOUT,
                _("Pictures of products in bulk (ZIP)"),
                _(
                    "A ZIP of pictures whose file names begin with the code of their "
                    "product. You see first what becomes of each picture."
                ),
                "picture_zip:upload",
                "picture_zip:run",
            )
        )

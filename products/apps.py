"""The products app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProductsConfig(AppConfig):
    """Products, photos, marks and stars."""

    name = "products"
    verbose_name = _("Products")

    def ready(self) -> None:
        """Have what is kept of a product follow everything it depends on."""
        from members.models import Member
        from products import actions, figures
        from products.models import Category, Mark, Product, StarRound
        from registry.followers import follow
        from registry.publicity import ask_before_hiding

        follow(Product, actions.keep_product, in_bulk=actions.keep_products)
        follow(Product, figures.forget_catalogue)
        follow(Member, actions.keep_goods)
        follow(Category, actions.keep_shelf)
        follow(Mark, actions.keep_mark)
        follow(StarRound, actions.keep_round)
        ask_before_hiding(actions.published_photos)

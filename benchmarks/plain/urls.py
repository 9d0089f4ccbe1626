"""Its addresses."""

from django.contrib import admin
from django.urls import path

from benchmarks.plain.views import ProductDetail, ProductList

urlpatterns = [
    path("products/", ProductList.as_view(), name="product-list"),
    path("products/<str:code>/", ProductDetail.as_view(), name="product-detail"),
    path("admin/", admin.site.urls),
]

"""Addresses of the JSON interface, under ``/api/v1/``."""

from django.urls import path

from reports.api import views

app_name = "api"

urlpatterns = [
    path("", views.start, name="start"),
    path("openapi.json", views.description, name="openapi"),
    path("products/", views.product_list, name="products"),
    path("products/<str:code>/", views.product_detail, name="products_detail"),
    path("members/", views.member_list, name="members"),
    path("members/<str:code>/", views.member_detail, name="members_detail"),
    path("provinces/", views.province_list, name="provinces"),
    path("categories/", views.category_list, name="categories"),
    path("marks/", views.mark_list, name="marks"),
    path("rounds/", views.round_list, name="rounds"),
]

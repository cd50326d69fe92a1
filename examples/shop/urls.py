from django.urls import path

from orders import views

urlpatterns = [
    path("orders/", views.order_list),
    path("orders/fast/", views.order_list_fast),
    path("invoices/", views.invoices),
    path("shelf/", views.shelf),
]

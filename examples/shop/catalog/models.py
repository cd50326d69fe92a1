from django.db import models


class Supplier(models.Model):
    name = models.CharField(max_length=80)
    country = models.CharField(max_length=2)


class Product(models.Model):
    name = models.CharField(max_length=80)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="products")
    discontinued = models.BooleanField(default=False)


class Review(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="reviews")
    stars = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)

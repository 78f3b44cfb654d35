"""A shop of django-oscar whose prices come from Pricetide."""

"""Lists of products: all of them, those of a category, those whose name has some words."""

from types import SimpleNamespace

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.views.generic import ListView
from oscar.apps.catalogue.models import Category, Product


class CatalogueView(ListView):
    """All products."""

    template_name = "oscar/catalogue/browse.html"
    context_object_name = "products"
    paginate_by = settings.OSCAR_PRODUCTS_PER_PAGE
    summary = "All products"

    def get_queryset(self):
        """Those that are on sale."""
        return Product.objects.browsable().base_queryset().order_by("id")

    def get_context_data(self, **kwargs):
        """Oscar's pages take the products for what a search engine has found."""
        context = super().get_context_data(**kwargs)
        found = [SimpleNamespace(object=product) for product in context["object_list"]]
        return {**context, self.context_object_name: found, "summary": self.summary}


class ProductCategoryView(CatalogueView):
    """Those of a category and of what is below it."""

    template_name = "oscar/catalogue/category.html"

    def get_queryset(self):
        """Those that are on sale."""
        self.category = get_object_or_404(Category, pk=self.kwargs["pk"], is_public=True)
        within = self.category.get_descendants_and_self()
        return super().get_queryset().filter(categories__in=within).distinct()

    def get_context_data(self, **kwargs):
        """With the category."""
        return super().get_context_data(category=self.category, **kwargs)


class FacetedSearchView(CatalogueView):
    """Those whose name has the words."""

    summary = "Search"

    def get_queryset(self):
        """Those that are on sale."""
        words = self.request.GET.get("q", "").split()
        found = super().get_queryset()
        for word in words:
            found = found.filter(title__icontains=word)
        return found

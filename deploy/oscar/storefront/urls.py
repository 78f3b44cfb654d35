"""Oscar's pages, the webhook, and the page on which to play the competitor."""

from django.apps import apps
from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path
from pricing.views import competitor, prices

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("hooks/prices", prices),
    path("competitor/", competitor, name="competitor"),
    path("", include(apps.get_app_config("oscar").urls[0])),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]

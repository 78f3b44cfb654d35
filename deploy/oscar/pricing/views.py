"""The webhook that takes prices, and the page on which to play the competitor."""

import json
import time
from decimal import Decimal

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from oscar.apps.partner.models import StockRecord

from pricing.models import ShownPrice, Told
from pricing.outbox import tell
from streams.apply.signing import is_signed, key

MOST_LISTED = 12


@csrf_exempt
@require_POST
def prices(request):
    """Show the prices of `pricetide apply`: price and revision in one transaction."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not is_signed(key(settings.WEBHOOK_SECRET), headers, time.time(), request.body):
        return HttpResponse("not signed", status=401)
    changes = json.loads(request.body)["data"]["changes"]
    return JsonResponse({"results": [_show(change) for change in changes]})


def _show(change):
    answer = {"decision_id": change["decision_id"], "status": "applied"}
    with transaction.atomic():
        stockrecord = StockRecord.objects.filter(partner_sku=change["sku"]).first()
        if stockrecord is None or change["channel"] != "web":
            return answer | {"status": "rejected", "reason": "not sold here"}
        shown = ShownPrice.objects.filter(stockrecord=stockrecord).first()
        if shown is None or change["revision"] > shown.revision:
            stockrecord.price = Decimal(change["price"])
            stockrecord.save(update_fields=["price"])
            named = {"revision": change["revision"], "decision_id": change["decision_id"]}
            ShownPrice.objects.update_or_create(stockrecord=stockrecord, defaults=named)
    return answer


class CompetitorForm(forms.Form):
    """What a competitor asks for a product."""

    product = forms.ModelChoiceField(StockRecord.objects.select_related("product"))
    price = forms.DecimalField(min_value=Decimal("0.01"), max_digits=8, decimal_places=2)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["product"].label_from_instance = lambda record: record.product.title


def competitor(request):
    """Say what the competitor asks, and see what goes to Kafka and what came back."""
    form = CompetitorForm(request.POST or None)
    if form.is_valid():
        stockrecord, price = form.cleaned_data["product"], form.cleaned_data["price"]
        tell(
            "competitor-prices",
            stockrecord.partner_sku,
            sku=stockrecord.partner_sku,
            competitor="across-the-street",
            price=str(price),
            currency=stockrecord.price_currency,
        )
        return redirect("competitor")
    told = Told.objects.order_by("-id")[:MOST_LISTED]
    stock = StockRecord.objects.select_related("product", "shown").order_by("product__title")
    return render(request, "pricing/competitor.html", {"form": form, "told": told, "stock": stock})

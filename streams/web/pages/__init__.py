"""Pages for people."""

from streams.web.pages import (
    letters,
    login,
    notices,
    offers,
    policies,
    promotions,
    queue,
    studies,
    today,
    trade,
)

ROUTERS = tuple(
    module.router
    for module in (
        login,
        today,
        offers,
        queue,
        trade,
        policies,
        promotions,
        studies,
        notices,
        letters,
    )
)

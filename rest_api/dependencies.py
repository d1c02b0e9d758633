"""What a route declares it needs: a caller with a scope, whose work runs beside the event loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from processing.services import Services
from processing.use_cases.api_keys import ApiScope
from processing.use_cases.profile import ViewerProfile
from rest_api.access import AccessControl, Admitted, RefusedError
from rest_api.held import HeldFiles
from rest_api.limits import ApiLimits, Budget, RateLimits
from rest_api.opened import Opened
from rest_api.problems import ProblemError
from rest_api.threads import Threads

_T = TypeVar("_T")

_STANDINGS: dict[str | None, str] = {
    None: "The account has no role yet: ask an administrator.",
    "inactive": "The account is not active any more: ask an administrator.",
    "second_factor": (
        "The account must be used with a second factor: sign in with one. An API key of such an account opens nothing."
    ),
}
# Only describes; the header is judged by AccessControl, whose answers are problems.
_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="A person's access token, or an API key `ghk_…` made by `python -m processing api-key create`.",
)


@dataclass(frozen=True, slots=True)
class Api:
    """What all requests of one application share; found as ``request.app.state.api``."""

    services: Services
    access: AccessControl
    limits: ApiLimits
    rates: RateLimits
    threads: Threads
    held: HeldFiles
    opened: Opened


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, with the use cases as they may have them.

    ``await caller.run(function)`` runs a short synchronous call in a thread, ``await caller.run_heavy(function)`` long
    work, of which little runs at a time.
    """

    services: Services
    profile: ViewerProfile
    admitted: Admitted
    api: Api

    @property
    def is_researcher(self) -> bool:
        """Whether nothing may leave but pseudonyms: no names, no dates, no file names."""
        return self.profile.role == "researcher"

    @property
    def label(self) -> str:
        """What the audit log says about how somebody asked."""
        key = self.admitted.key_id
        return "REST API" if key is None else f"REST API, key {key}"

    async def run(self, function: Callable[..., _T], *args: Any, **kwargs: Any) -> _T:
        """Run a short call beside the event loop."""
        return await self.api.threads.light(partial(function, *args, **kwargs))

    async def run_heavy(self, function: Callable[..., _T], *args: Any, **kwargs: Any) -> _T:
        """Run long work beside the event loop; BusyError (503) if too much of it waits."""
        return await self.api.threads.heavy(partial(function, *args, **kwargs), caller=self.admitted.name)


@lru_cache
def require(scope: ApiScope, *, heavy: bool = False) -> Any:
    """Return the dependency that gives a route its :class:`Caller`; ``heavy`` takes from the smaller budget too.

    Use as ``caller: Annotated[Caller, require("read")]``. The route then answers 401, 403 and 429 by itself, before its
    body is read if it takes the body from the request, else before it says what is wrong with the body.
    """

    async def caller(request: Request, _shown: Annotated[Any, Depends(_BEARER)]) -> Caller:
        api: Api = request.app.state.api
        admitted, profile, budget, services = await api.threads.light(partial(_admit, api, request, heavy))
        request.state.budget = budget
        request.state.caller = admitted.name
        if profile is None or profile.standing != "full":
            detail = _STANDINGS[None if profile is None else profile.standing]
            raise ProblemError(403, "account-not-admitted", "The account is not admitted", detail)
        if scope not in admitted.scopes:
            has = ", ".join(sorted(admitted.scopes))
            raise ProblemError(
                403,
                "missing-scope",
                "The key may not do this",
                f"This needs the scope '{scope}'; the key has {has}.",
            )
        return Caller(services, profile, admitted, api)

    caller.__name__ = f"require_{scope}{'_heavy' if heavy else ''}"
    return Security(caller, scopes=[scope])  # which the description then names


def _admit(
    api: Api, request: Request, heavy: bool
) -> tuple[Admitted, ViewerProfile | None, Budget, Services]:
    """Find out who asks, count it, and read their account; in a thread."""
    address = request.client.host if request.client else "unknown"
    try:
        admitted = api.access.admit(request, before_look_up=partial(api.rates.check_refused, address))
    except RefusedError:
        api.rates.refused(address)
        raise
    budget = api.rates.spend(admitted.name, heavy=heavy)
    services = api.services.for_viewer(admitted.identity)
    return admitted, services.viewer_profile(), budget, services

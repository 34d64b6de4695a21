"""The accessibility statement that the law asks of a public body's pages (forskrift om universell utforming av IKT)."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from carehub.web.render import page
from carehub.web.security import MaybeVisitor

router = APIRouter()


@router.get("/accessibility")
async def statement(request: Request, visitor: MaybeVisitor) -> Response:
    """What is met, what is not and why, how to tell us, and whom to complain to. Open to everybody."""
    return page(request, "accessibility.html", visitor)

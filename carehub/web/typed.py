"""What somebody had filled in when their form was refused: it stands there still."""

import json

from fastapi import Request


async def typed(request: Request) -> str:
    """Their own words, for the page that says what was wrong with them (refill.js)."""
    form = await request.form()
    fields = {name: [one for one in form.getlist(name) if isinstance(one, str)] for name in form}
    return json.dumps({"action": request.url.path, "fields": fields})

"""How a template writes what it is given: as Jinja does, without a wrapper around each value.

A board writes seven thousand of them, nearly all without a sign that must be escaped; as markup of its own each was
made twice, and all together were a tenth of the page.
"""

import re
from typing import Any

from jinja2 import Environment
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from markupsafe import Markup, escape

_must_be_escaped = re.compile("[&<>'\"]").search


def written(value: Any) -> str:
    """The value as it stands in a page.

    >>> written("Berg & Lie"), written(Markup("<br>"))
    ('Berg &amp; Lie', Markup('<br>'))
    """
    kind = type(value)
    if kind is Markup or (kind is str and _must_be_escaped(value) is None):
        return value  # type: ignore[no-any-return]
    return str(value) if kind is int or kind is float else escape(value)


class _Written(CodeGenerator):
    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.written(" + (finalize.src or ""))


class Pages(Environment):
    """An environment whose templates write with `written` what they would escape."""

    code_generator_class = _Written
    written = staticmethod(written)

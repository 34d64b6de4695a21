"""A paper to read and to print: a Typst template and what stands in it become a PDF with tags for screen readers.

It is set in a process of its own. Typst's compiler keeps what it worked out for the last ten papers, a gigabyte where
they are long, and gives none of it back; a process does, gives way to alarms, and takes nothing with it when it falls.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from carehub.kit.child import be_modest, beside

_WITHIN_S = 120
_MEMORY = 2 << 30
_LESS_URGENT = 10


class NotSet(RuntimeError):
    """The paper could not be set: the template is wrong, or it took too much. There is none; trying again is no use."""


class Press:
    """Sets one paper at a time: whoever asks for many waits for each."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def pressed(self, template: Path, fonts: Path, at: datetime, held: Mapping[str, Any]) -> bytes:
        """The PDF; the same to the byte for the same arguments.

        Args:
            at: When it was made, as it stands in the file.
            held: What stands in it, as JSON can hold it. The template reads it as data: words stay words.

        Raises:
            NotSet: It could not be.
        """
        said = await asyncio.to_thread(json.dumps, held)
        job = {"template": str(template), "fonts": str(fonts), "at": int(at.timestamp()), "held": said}
        async with self._turn:
            return await _beside(json.dumps(job).encode())


async def _beside(job: bytes) -> bytes:
    try:
        # What it says of a fault quotes what it stumbled over, which may be a person's words: no log may hold them.
        async with beside("carehub.kit.paper", _WITHIN_S, stderr=asyncio.subprocess.DEVNULL) as child:
            paper, _said = await child.communicate(job)
    except TimeoutError as error:
        raise NotSet(f"not within {_WITHIN_S} s") from error
    if child.returncode or not paper:
        raise NotSet(f"the process ended with {child.returncode}")
    return paper


def compiled(template: Path, fonts: Path, at: int, held: str) -> bytes:
    """The same here and now. Typst itself refuses what is not PDF/UA-1.

    Args:
        at: Seconds since 1970.
        held: JSON.

    Raises:
        typst.TypstError: The template is wrong, or a sign is in none of the fonts.
    """
    import typst  # noqa: PLC0415 - 80 MB of code, for the process beside the hub alone

    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    paper = typst.compile(
        template, root=template.parent, font_paths=faces, ignore_system_fonts=True, sys_inputs={"held": held},
        pdf_standards=["ua-1"], timestamp=at,
    )  # fmt: skip
    return _packed(paper)


def _packed(paper: bytes) -> bytes:
    """The same objects, compressed many at a time: Typst writes each tag by itself, and most of the file is tags."""
    import pikepdf  # noqa: PLC0415 - for the process beside the hub alone

    file = BytesIO()
    with pikepdf.open(BytesIO(paper)) as pdf:
        packed = pikepdf.ObjectStreamMode.generate
        pdf.save(file, object_stream_mode=packed, deterministic_id=True, fix_metadata_version=False)
    return file.getvalue()


def main() -> None:
    """The process."""
    job = json.load(sys.stdin.buffer)
    be_modest(_LESS_URGENT, _MEMORY, _WITHIN_S)
    paper = compiled(Path(job["template"]), Path(job["fonts"]), job["at"], job["held"])
    sys.stdout.buffer.write(paper)


if __name__ == "__main__":
    main()

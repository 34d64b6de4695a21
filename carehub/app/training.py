"""`carehub train`: the detectors of the settings, trained once on what the store holds."""

from carehub.app.compose import opened
from carehub.app.housekeeping import ModelPost
from carehub.app.settings import Settings, names


async def train_all(settings: Settings) -> list[str]:
    """Train each detector; gives a line on each.

    Raises:
        ConfigurationError: A hub runs on this data folder.
    """
    lines = []
    async with opened(settings, with_broker=False) as running:
        for module in names(settings.detectors):
            post = ModelPost(settings, running.hub, running.ingest, module, running.executor)
            row = await post.train()
            lines.append(
                f"{module}: {row.residents} residents, {row.file}" if row else f"{module}: nobody to learn from yet"
            )
    return lines

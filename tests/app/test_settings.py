"""Settings: widgets of what applies, and of nothing else."""

from app.views.settings import Settings
from engine.places import links
from tests.app.browsing import until, widget


def test_only_what_applies_is_shown(visiting, quickly):
    async def visit(explorer, picture):
        shown = Settings(explorer).__panel__()
        spec = explorer.settings.spec

        def labels():
            return {getattr(part, "label", None) for part in shown.select()}

        single = widget(shown, "single datapoint")
        assert single.value is True
        assert {"width", "dataset ratio"} & labels() == {"width"}
        widget(shown, "width").value = "3"
        await until(explorer, lambda: explorer.settings.spec == spec.replace({"width": 3}))
        single.value = False
        await until(explorer, lambda: not explorer.settings.spec.flat()["single_datapoint"])
        assert {"dataset ratio", "hidden learning rate"} & labels() == {"dataset ratio"}
        assert widget(shown, "dataset ratio").helper_text == "0.001 to 100"
        assert links.parse(explorer.link).spec == explorer.settings.spec

    visiting("?preset=tanh-single&set=steps=20&view=1,1,0.5", visit)

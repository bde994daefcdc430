"""Settings: fields of what applies, and of nothing else."""

from app.views.settings import Settings
from engine.places import links
from tests.app.browsing import enter, field, until


def test_only_what_applies_is_shown(visiting, quickly):
    async def visit(explorer, picture):
        shown = Settings(explorer).__panel__()
        spec = explorer.settings.spec

        def names():
            return {field["name"] for field in shown.fields}

        assert field(shown, "single_datapoint")["value"] is True
        assert {"width", "dataset_ratio"} & names() == {"width"}
        enter(shown, "width", "3")
        await until(explorer, lambda: explorer.settings.spec == spec.replace({"width": 3}))
        enter(shown, "single_datapoint", False)
        await until(explorer, lambda: not explorer.settings.spec.flat()["single_datapoint"])
        assert {"dataset_ratio", "hidden_learning_rate"} & names() == {"dataset_ratio"}
        assert field(shown, "dataset_ratio")["hint"] == "0.001 to 100"
        assert links.parse(explorer.link).spec == explorer.settings.spec

    visiting("?preset=tanh-single&set=steps=20&view=1,1,0.5", visit)

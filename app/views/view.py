"""What all views have in common."""

import panel as pn

from app.visitor.explorer import Explorer


class View(pn.viewable.Viewer):
    """Something that shows what an explorer and its parts know, and calls their methods."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self.explorer, self.threads = explorer, explorer.server.threads
        self.settings, self.navigation = explorer.settings, explorer.navigation
        self.pins, self.findings = explorer.pins, explorer.findings

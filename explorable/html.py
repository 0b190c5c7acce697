"""One HTML file on which a run is played with: state, formulas, script and letters inside, no network, from any disk.

The script and the style sheet are built from `page/src` and committed (`page/dist`), with the licences of what is
bundled. A Content-Security-Policy lets nothing run but what the file itself holds, and lets nothing be fetched.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

DIST = Path(__file__).parent / "page" / "dist"
AS_A_MODULE = "export default explorable.default;\n"  # the built script's last line; without it, it is a script

POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>{title}</title>
<link rel="icon" href="data:,">
<!--
{licences}
-->
<style>body{{margin:0}}</style>
<style>{style}</style>
</head>
<body>
<noscript>This page computes what it shows, and needs JavaScript.</noscript>
<div id="explore" class="whole"></div>
<script>{script}</script>
<script>{begin}</script>
</body>
</html>
"""


def widget_script() -> str:
    """The page as an ES module: `export default { render }`, as anywidget wants it."""
    return (DIST / "explore.js").read_text(encoding="utf-8")


def style_sheet() -> str:
    """The style sheet, with the letters in it."""
    return (DIST / "explore.css").read_text(encoding="utf-8")


def page_text(
    formulas: str,
    state: Mapping[str, Any],
    *,
    title: str = "Momentum in Motion",
    presets: Sequence[Mapping[str, Any]] = (),
) -> str:
    """The whole file.

    `formulas` is the expression of `explorable.formulas.formulas_text`. `state` is what the page begins with, a record
    of `page/src/view/state.js`; what it does not say has its default there. `presets` are the clips to choose from,
    each with `name`, `title`, `state` and, in `takes`, the parameters of the clip that a state can fill.
    """
    script = _inline(widget_script().removesuffix(AS_A_MODULE))
    given = f"state: {_json(state)}, presets: {_json(list(presets))}"
    begin = f'explorable.start(document.getElementById("explore"), {{ {given}, formulas: {_inline(formulas)} }});'
    return PAGE.format(
        policy=POLICY.format(scripts=" ".join(map(_hash, (script, begin)))),
        title=escape(title),
        licences=_comment((DIST / "LICENSES.txt").read_text(encoding="utf-8")),
        style=style_sheet().replace("</", "<\\/"),
        script=script,
        begin=begin,
    )


def _json(value: Any) -> str:
    """Data as it may stand inside a script of a page."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def _inline(script: str) -> str:
    """A script as it may stand inside a page: these two occur in strings only, where a backslash changes nothing."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _comment(text: str) -> str:
    return text.replace("--", "- -")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"

"""The style that views share; the colours are those of the page (see `app/web/page.css`)."""

WIDE = {"sizing_mode": "stretch_width"}

BUTTON = """
button, .button {
  padding: 5px 12px; border: 1px solid var(--line); border-radius: 6px; background: none;
  color: var(--accent); font: 500 13px/1.4 var(--font); cursor: pointer;
}
button:hover:not(:disabled), .button:hover {
  background: color-mix(in srgb, currentColor 12%, transparent);
}
button:disabled { color: var(--quiet); cursor: default; opacity: .6 }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
.unseen {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
"""

FIELDS = f"""
:host {{ font: 13px/1.4 var(--font); color: var(--ink) }}
.form {{ display: flex; flex-flow: row wrap; gap: 8px; padding: 6px 12px }}
.field, details {{ flex: 1 0 100%; box-sizing: border-box }}
.field {{ display: flex; flex-direction: column; gap: 2px; margin: 2px 0 }}
.field.side {{ flex: 1 0 120px }}
.field.of-switch, .field.of-kept {{ flex-flow: row wrap; align-items: center; gap: 6px }}
:is(.of-switch, .of-kept) > label {{ flex: 1; min-width: 0 }}
:is(.of-switch, .of-kept) > .problem {{ flex: 1 0 100% }}
.field label {{ color: var(--quiet) }}
.field input[type=text], .field select {{
  box-sizing: border-box; width: 100%; padding: 5px 8px; border: 1px solid var(--line);
  border-radius: 6px; background: var(--raised); color: var(--ink); font: inherit;
}}
.field [aria-invalid] {{ border-color: var(--error) }}
.field input[type=range] {{ width: 100%; accent-color: var(--accent); margin: 4px 0 }}
.field input[type=checkbox] {{ accent-color: var(--accent); margin: 0 }}
.check {{ display: inline-flex; align-items: center; gap: 6px; margin-right: 12px }}
.field .check {{ color: var(--ink) }}
.problem {{ color: var(--error); font-size: 12px }}
[hidden] {{ display: none !important }}
p {{ margin: 0; color: var(--quiet); font-size: 12px }}
details {{ border-top: 1px solid var(--line); padding-top: 4px }}
summary {{ cursor: pointer; padding: 4px 0; font-weight: 600 }}
.button, .field button {{ text-align: center }}
{BUTTON}
"""

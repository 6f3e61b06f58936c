"""The style sheet of a report: for screens light and dark, and for paper."""

from asyncops.cli.plots.theme import ROLES

__all__ = ["STYLE"]

_DARK = {
    "waiting": "#5f7182",
    "succeeded": "#4aa8e0",
    "failed": "#f5793a",
    "cancelled": "#dc9cc0",
    "running": "#f0b93a",
    "unknown": "#9a9a9a",
    "ink": "#e6ebf0",
    "faint": "#a3b1bf",
    "grid": "#37424d",
    "paper": "#14191e",
}


def _roles(colours: dict[str, str]) -> str:
    return " ".join(f"--{role}: {colour};" for role, colour in colours.items())


STYLE = f"""
:root {{ color-scheme: light dark; {_roles({role: colour for colour, role in ROLES.items()})} }}
@media (prefers-color-scheme: dark) {{
  :root {{ {_roles(_DARK)} }}
}}
@media print {{
  :root {{ color-scheme: light; {_roles({role: colour for colour, role in ROLES.items()})} }}
  section {{ break-inside: avoid; }}
  .wide {{ overflow: visible; }}
  table {{ font-size: 0.8rem; }}
}}
* {{ box-sizing: border-box; }}
body {{
  margin: 0 auto; max-width: 76rem; padding: 1.5rem 1.25rem 3rem; color: var(--ink);
  background: var(--paper); font: 1rem/1.5 system-ui, "Segoe UI", Roboto, sans-serif;
}}
h1 {{ font-size: 1.6rem; line-height: 1.25; margin: 0 0 0.25rem; }}
h2 {{ font-size: 1.15rem; margin: 2.25rem 0 0.5rem; }}
p {{ margin: 0.25rem 0; max-width: 60rem; }}
.faint {{ color: var(--faint); }}
.note {{ border-left: 0.25rem solid var(--running); margin: 0.75rem 0; padding: 0.1rem 0.75rem; }}
.cards {{ display: flex; flex-wrap: wrap; gap: 0.6rem; margin: 1rem 0 0; padding: 0; }}
.cards div {{
  border: 1px solid var(--grid); border-radius: 0.5rem; flex: 1 1 8rem; padding: 0.5rem 0.8rem;
}}
.cards dt {{ color: var(--faint); font-size: 0.85rem; }}
.cards dd {{ font-size: 1.35rem; font-variant-numeric: tabular-nums; margin: 0; }}
.cards .bad dd {{ color: var(--failed); font-weight: 600; }}
.wide {{ overflow-x: auto; }}
svg {{ display: block; height: auto; max-width: 100%; min-width: 40rem; width: 100%; }}
svg * {{ stroke-linecap: butt; stroke-linejoin: round; }}
table {{ border-collapse: collapse; font-size: 0.9rem; width: 100%; }}
caption {{ color: var(--faint); padding: 0.25rem 0; text-align: left; }}
th, td {{
  border-bottom: 1px solid var(--grid); padding: 0.3rem 0.7rem 0.3rem 0; text-align: left;
  vertical-align: top;
}}
thead th {{ color: var(--faint); font-weight: 600; white-space: nowrap; }}
tbody th {{ font-weight: 500; }}
.number {{ font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }}
.text {{ overflow-wrap: anywhere; min-width: 12rem; }}
code {{ white-space: nowrap; font: 0.85em ui-monospace, "DejaVu Sans Mono", Menlo, monospace; }}
.state {{ white-space: nowrap; }}
.state::before {{
  background: var(--unknown); border-radius: 50%; content: ""; display: inline-block;
  height: 0.6em; margin-right: 0.4em; width: 0.6em;
}}
.pending::before {{ background: var(--waiting); }}
.running::before {{ background: var(--running); }}
.succeeded::before {{ background: var(--succeeded); }}
.cancelled::before {{ background: var(--cancelled); }}
.failed::before {{ background: var(--failed); border-radius: 0; }}
""".strip()

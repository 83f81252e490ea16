"""Figures over cases in words, and as a page."""

from html import escape

from storekin.cases.figures import CaseFigures, Rate
from storekin.cases.moves import load_moves
from storekin.wording.catalog import say


def figure_sections(figures: CaseFigures, language: str) -> list[tuple[str, list[str]]]:
    """Give the figures as headings with their lines."""

    def told(key: str, **values: object) -> str:
        return say(language, "figures", key, **values)

    times = [
        told(key, days=_days(days, language))
        for key, days in (
            ("days_to_decision", figures.days_to_decision),
            ("days_to_notice", figures.days_to_notice),
            ("days_to_ruling", figures.days_to_ruling),
        )
    ]
    states = load_moves().states
    place = 1 if language == "zh" else 0
    sections = [
        (told("cases", count=figures.cases, late=figures.late), times),
        (
            told("states"),
            [f"{states[name][place]}: {n}" for name, n in figures.states.items()],
        ),
        (told("rulings"), [f"{told(k)}: {n}" for k, n in figures.rulings.items()]),
        (told("grounds"), [f"{told(k)}: {n}" for k, n in figures.grounds.items()]),
        (
            told("by_effect"),
            [
                _rate(one, say(language, "effect", one.name), language)
                for one in figures.by_effect
            ],
        ),
        (
            told("by_evidence"),
            [
                _rate(one, _claim(one.name, language), language)
                for one in figures.by_evidence
            ],
        ),
    ]
    return [(heading, lines) for heading, lines in sections if lines]


def _days(days: float | None, language: str) -> str:
    if days is None:
        return say(language, "figures", "unknown")
    return say(language, "figures", "days", days=f"{days:g}")


def _claim(signal: str, language: str) -> str:
    return say(language, signal, "claim")


def _rate(one: Rate, name: str, language: str) -> str:
    share = "-" if one.share is None else f"{one.share:.0%}"
    told = say(
        language,
        "figures",
        "rate",
        decided=one.decided,
        appealed=one.appealed,
        overturned=one.overturned,
        partly=one.partly,
        share=share,
    )
    return f"{name}: {told}"


def figure_page(figures: CaseFigures, language: str) -> str:
    """Give the figures as one HTML page that opens anywhere; all of it is escaped."""
    title = escape(say(language, "figures", "title"))
    parts = []
    for heading, lines in figure_sections(figures, language):
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        parts.append(f"<section><h2>{escape(heading)}</h2><ul>{items}</ul></section>")
    lang = "zh-CN" if language == "zh" else "en"
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
        f"<title>{title}</title>"
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem"
        " auto;padding:0 1rem}h1{font-size:1.4rem}h2{font-size:1.1rem;margin:1.5rem 0"
        " .3rem}ul{margin:.2rem 0;padding-left:1.2rem}</style>"
        f"<main><h1>{title}</h1>{''.join(parts)}</main></html>\n"
    )

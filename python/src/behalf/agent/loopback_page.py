"""What the browser shows after a sign-in. The page loads nothing, runs nothing, and no other page may frame it."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Literal

Ending = Literal["signed_in", "refused", "failed", "nothing"]
"""How the sign-in ended; `nothing` answers a request that is not part of it."""

# Title and text, in English and German.
_WORDS: Mapping[Ending, Mapping[str, tuple[str, str]]] = {
    "signed_in": {
        "en": ("You are signed in", "You can close this window and return to the program."),
        "de": ("Sie sind angemeldet", "Sie können dieses Fenster schließen und zum Programm zurückkehren."),
    },
    "refused": {
        "en": ("You are not signed in", "The sign-in was refused. The program has received nothing."),
        "de": ("Sie sind nicht angemeldet", "Die Anmeldung wurde abgelehnt. Das Programm hat nichts erhalten."),
    },
    "failed": {
        "en": ("The sign-in failed", "Return to the program. It says what went wrong."),
        "de": ("Die Anmeldung ist fehlgeschlagen", "Kehren Sie zum Programm zurück. Es nennt den Grund."),
    },
    "nothing": {
        "en": ("Page not found", "A program waits here for the end of a sign-in."),
        "de": ("Seite nicht gefunden", "Ein Programm wartet hier auf das Ende einer Anmeldung."),
    },
}

_STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;min-height:100svh;display:grid;place-items:center;background:Canvas;color:CanvasText}
main{max-width:26rem;padding:2rem 1.25rem;text-align:center}
svg{width:3rem;height:3rem;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.signed_in svg{color:light-dark(#15803d,#4ade80)}
.refused svg,.failed svg{color:light-dark(#b42318,#fca5a5)}
h1{font-size:1.375rem;line-height:1.3;margin:.75rem 0 .5rem;text-wrap:balance}
p{margin:0;text-wrap:balance}
"""
_MARKS: Mapping[Ending, str] = {
    "signed_in": "M8 12.5l2.8 2.8L16 9.5",
    "refused": "M9 9l6 6M15 9l-6 6",
    "failed": "M12 7.5v5.5M12 16.2v.1",
    "nothing": "M8.5 12h7",
}
# The style is part of the page, because this process answers one request. Its digest allows it, and no other style.
_STYLE_DIGEST = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_HEADERS = "".join(
    f"{name}: {value}\r\n"
    for name, value in {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": (
            f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
        "connection": "close",
    }.items()
)


def language_of(accepted: str) -> str:
    """German if it is what `Accept-Language` names first, else English."""
    return "de" if re.match(r"\s*de\b", accepted, re.IGNORECASE) else "en"


def answer_page(ending: Ending, language: str) -> bytes:
    """A whole HTTP response: 200, or 404 for `nothing`."""
    title, text = _WORDS[ending][language]
    body = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style>"
        f'<main class="{ending}"><svg viewBox="0 0 24 24" aria-hidden="true">'
        f'<circle cx="12" cy="12" r="10"/><path d="{_MARKS[ending]}"/></svg>'
        f"<h1>{title}</h1><p>{text}</p></main></html>"
    ).encode()
    status = "404 Not Found" if ending == "nothing" else "200 OK"
    return f"HTTP/1.1 {status}\r\n{_HEADERS}content-length: {len(body)}\r\n\r\n".encode() + body

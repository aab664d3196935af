"""What stands for a character in TeX, with the T1 and TS1 fonts of Latin Modern."""

from __future__ import annotations

from typing import Final

_MATH: Final = r"\ensuremath{@}"


def _pairs(characters: str, commands: str, form: str = "@") -> dict[str, str]:
    """A command, put into `form` in the place of @, for each character."""
    made = [form.replace("@", command) for command in commands.split()]
    return dict(zip(characters, made, strict=True))


# Brackets and the star are harmless but for one place: after `\\`, as an option or a star of it.
_ASCII: Final = _pairs(
    '\\{}$&#^_~%<>|"`[]*',
    r"\textbackslash{} \{ \} \$ \& \# \textasciicircum{} \_ \textasciitilde{} \% \textless{}"
    r" \textgreater{} \textbar{} \textquotedbl{} \textasciigrave{} {[} {]} {*}",
)
GREEK: Final = _pairs(
    "αβγδεζηθικλμνξοπρςστυφχψω",
    r"\alpha \beta \gamma \delta \varepsilon \zeta \eta \theta \iota \kappa \lambda \mu \nu \xi o"
    r" \pi \rho \varsigma \sigma \tau \upsilon \varphi \chi \psi \omega",
    _MATH,
) | _pairs(
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩϵϑϕϱϖ",
    r"\mathrm{A} \mathrm{B} \Gamma \Delta \mathrm{E} \mathrm{Z} \mathrm{H} \Theta \mathrm{I}"
    r" \mathrm{K} \Lambda \mathrm{M} \mathrm{N} \Xi \mathrm{O} \Pi \mathrm{P} \Sigma \mathrm{T}"
    r" \Upsilon \Phi \mathrm{X} \Psi \Omega \epsilon \vartheta \phi \varrho \varpi",
    _MATH,
)
_OPERATORS: Final = _pairs(
    "×÷±∓−≤≥≠≈≡∞→←↔⇒⇔↑↓√∑∏∫∂∇∈∉∋⊂⊆∪∩∅∀∃∝∼≪≫⋅∘∗′″ℓ‖∥⟨⟩µ",
    r"\times \div \pm \mp - \leq \geq \neq \approx \equiv \infty \rightarrow \leftarrow"
    r" \leftrightarrow \Rightarrow \Leftrightarrow \uparrow \downarrow \surd \sum \prod \int"
    r" \partial \nabla \in \notin \ni \subset \subseteq \cup \cap \emptyset \forall \exists"
    r" \propto \sim \ll \gg \cdot \circ \ast ' '' \ell \Vert \parallel \langle \rangle \mu",
    _MATH,
)
_SIGNS: Final = (
    _pairs(
        "–—‘’“”…•·°€£¥¢§¶©®™ªº¡¿‰†‡¬¦¤½¼¾",
        "endash emdash quoteleft quoteright quotedblleft quotedblright ellipsis bullet"
        " periodcentered degree euro sterling yen cent section paragraph copyright registered"
        " trademark ordfeminine ordmasculine exclamdown questiondown perthousand dagger"
        " daggerdbl lnot brokenbar currency onehalf onequarter threequarters",
        r"\text@{}",
    )
    | _pairs(
        "„‚«»‹›",
        "quotedblbase quotesinglbase guillemotleft guillemotright guilsinglleft guilsinglright",
        r"\@{}",
    )
    | _pairs("⁰¹²³⁴⁵⁶⁷⁸⁹", "0 1 2 3 4 5 6 7 8 9", r"\textsuperscript{@}")
    | _pairs("₀₁₂₃₄₅₆₇₈₉", "0 1 2 3 4 5 6 7 8 9", r"\textsubscript{@}")
    | _pairs("\u00a0\u202f\u2009\u2010\u2011\u2012", r"~ \, \, - - -")
)
_LETTERS: Final = _pairs(
    "ßæÆœŒøØłŁđĐðÐþÞŋŊıȷ",
    r"ss ae AE oe OE o O l L dj DJ dh DH th TH ng NG i j",
    r"\@{}",
)
ACCENTS: Final = _pairs(
    "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0327\u0328\u0331",
    r"\` \' \^ \~ \= \u \. \" \r \H \v \d \c \k \b",
)
CHARACTERS: Final = _ASCII | GREEK | _OPERATORS | _SIGNS | _LETTERS
LIGATURES: Final = frozenset("-',")

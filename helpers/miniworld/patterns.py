"""Patterns: sentences of plain English with slots, read once into terms.

``Pattern("Although the {n.part} was {j.bad}, {A} {v.like:d} [the songs that {B} sang].")`` is
parsed when it is made, so that what the genres say can be read in their modules as English, while
what they hand on is abstract syntax, which German can speak as well. A pattern is small, plain
English, and a parser with one sentence of look-ahead is enough for it; what is unclear is marked:

    {A} {A*} {A!} {A1} {A2}   phrase: as the discourse has it, pronoun, full, *I*, *you*; {A}'s
    {n.x} {n.x+s} {n.x?}      noun: singular, plural, either
    {j.x} {j.x:er} {j.x:est}  adjective and its degrees
    {v.x} {v.x:s} :d :en :ing verb: base, present, past, participle, gerund; also put:d
    {r.x} {@x} {#x}           adverb; adverbial of any kind; number
    key.lock  key.lock+s      a noun or verb (plant.sow:d) in one of its senses
    [ … ]                     all modifiers up to ] belong to the noun
    in/time  to/purpose       the kind of a function word, where the usual one isn't meant
    @every day                a noun phrase as adverbial
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from helpers.miniworld import terms
from helpers.miniworld.lexicon import Adjective, Adverb, FunctionWord, Noun, Verb
from helpers.miniworld.vocabulary import vocabulary
from helpers.miniworld.terms import PAST, PLURAL, PRESENT, SINGULAR, Adjunct, At, Form

TOKEN = re.compile(
    r"""\{[^}]*\}|'s\b|[A-Za-z]+\.[a-z]+(?:\+s|:\w+)?|[A-Za-z]+(?:[-'][A-Za-z]+)*(?:[/:][a-z]*)?"""
    r"""|\d+|[][".,!?@]"""
)
NEGATIONS = ("not", "n't", "never")
KINDS = (
    "place direction possession company topic purpose agent means time origin recipient role "
    "material measure cause contrast comparison"
).split()
# The commonest use of a preposition, where it isn't its first in KINDS.
USUAL = {"to": "direction", "by": "agent", "at": "place", "for": "purpose", "as": "role"}
BE = {"be": "base", "is": "third", "are": "third", "am": "third"}
BE |= {"was": "past", "were": "past", "been": "participle", "being": "gerund"}
HAVE = {"have": "base", "has": "third", "had": "past"}
DO = {"do": "base", "does": "third", "did": "past"}
NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
ENDS = (".", "!", "?", ",")
SHAPES = {"": "base", "s": "third", "d": "past", "en": "participle", "ing": "gerund"}
LIKELIEST = ("past", "third", "base", "participle", "gerund")  # *found* is of *find*
I_AM = terms.Referent(1, "any", SINGULAR, 1, True)
YOU_ARE = terms.Referent(2, "any", SINGULAR, 2, True)
WE_ARE = terms.Referent(3, "any", PLURAL, 1, True)
PERSONS = {"i": I_AM, "me": I_AM, "my": I_AM, "you": YOU_ARE, "your": YOU_ARE}
PERSONS |= {"we": WE_ARE, "us": WE_ARE, "our": WE_ARE}
OWNING = ("my", "your", "our")


class PatternError(ValueError):
    """A pattern that can't be read; says where the reading stopped."""


class Slot(NamedTuple):
    """A place to fill: what ``{A*}`` names; ``position`` among the slots in reading order."""

    name: str
    mode: str
    position: int


class Extended(NamedTuple):
    """A slot's phrase with modifiers after it: ``[{A!}, who lives next door]``."""

    phrase: Slot
    after: tuple


class Item(NamedTuple):
    """What fills a noun's slot."""

    noun: Noun
    referent: terms.Referent | None = None
    number: str = SINGULAR


# ------------------------------------------------------------------------------- words


@cache
def _forms() -> tuple[dict, dict, dict]:
    """What a form can be: nouns (noun, number), verbs (lemma, shape), adjectives (lexeme,
    degree)."""
    words = vocabulary()
    nouns: dict[str, tuple[Noun, str]] = {}
    for noun in words.nouns.values():
        if noun.plural:
            nouns.setdefault(noun.plural, (noun, PLURAL))
        nouns[noun.lemma] = (noun, SINGULAR)
    verbs: dict[str, dict[str, str]] = {}
    for lemma, verb in words.verbs.items():
        spoken = (verb.lemma, verb.third, verb.past, verb.participle, verb.gerund)
        for form, shape in zip(spoken, SHAPES.values(), strict=True):
            verbs.setdefault(form, {}).setdefault(shape, lemma)
    adjectives: dict[str, tuple[Adjective, str]] = {}
    for adjective in words.adjectives.values():
        adjectives.setdefault(adjective.superlative, (adjective, terms.SUPERLATIVE))
        adjectives.setdefault(adjective.comparative, (adjective, terms.COMPARATIVE))
    for adjective in words.adjectives.values():
        adjectives[adjective.lemma] = (adjective, terms.POSITIVE)
    adjectives.pop("", None)
    return nouns, verbs, adjectives


@cache
def _kinds() -> dict[str, tuple[str, ...]]:
    """The kinds of every function word."""
    found: dict[str, tuple[str, ...]] = {}
    for lemma, kind in vocabulary().words:
        found[lemma] = (*found.get(lemma, ()), kind)
    return found


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    adverbs = vocabulary().adverbs
    rest = TOKEN.sub("", text).strip()
    if rest:
        raise PatternError(f"pattern={text!r}: {rest!r} can't be read.")
    for token in TOKEN.findall(text):
        if found and f"{found[-1].lower()} {token}" in adverbs:
            found[-1] += f" {token}"
        elif token.endswith("n't"):
            found += [{"ca": "can", "wo": "will"}.get(token[:-3].lower(), token[:-3]), "n't"]
        elif token.endswith("'s") and len(token) > 2 and token[0] != "{":
            found += [token[:-2], "'s"]
        else:
            found.append(token)
    return found


# ------------------------------------------------------------------------------ parser


class _Parser:
    """Recursive descent over one pattern; raises ``PatternError`` where it can't go on."""

    def __init__(self, text: str):
        self.text = text
        self.tokens = _tokens(text)
        self.i = 0
        self.words = vocabulary()
        self.nouns, self.verbs, self.adjectives = _forms()
        self.kinds = _kinds()
        self.quoted = False

    # -- looking and taking

    def peek(self, ahead: int = 0) -> str:
        at = self.i + ahead
        return self.tokens[at] if at < len(self.tokens) else ""

    def low(self, ahead: int = 0) -> str:
        """The next token as it would stand inside a sentence, without a mark of its kind."""
        token = self.peek(ahead)
        return token if token[:1] == "{" else token.lower().split("/")[0]

    def take(self) -> str:
        self.i += 1
        return self.tokens[self.i - 1]

    def accept(self, *words: str) -> bool:
        if self.low() in words:
            self.i += 1
            return True
        return False

    def expect(self, *words: str) -> None:
        if not self.accept(*words):
            self.fail(f"{' or '.join(words)} expected")

    def fail(self, why: str):
        read, rest = " ".join(self.tokens[: self.i]), " ".join(self.tokens[self.i :])
        raise PatternError(f"pattern={self.text!r}: {why} after {read!r}, before {rest!r}.")

    def attempt(self, parse: Callable) -> Any:
        """What ``parse`` reads, or None with nothing read."""
        start, tokens = self.i, self.tokens.copy()
        try:
            return parse()
        except PatternError:
            self.i, self.tokens = start, tokens
            return None

    def word(self, kind: str, ahead: int = 0) -> FunctionWord | None:
        """The next token as a function word of this kind."""
        lemma = self.low(ahead)
        lemma = "a" if lemma == "an" and kind == "determiner" else lemma
        if (lemma, kind) not in self.words.words:
            return None
        return self.words.word(lemma, kind)

    def slot(self, *prefixes: str, ahead: int = 0) -> Slot | None:
        """The next token as a slot of this kind (upper case: a phrase)."""
        token = self.peek(ahead)
        if token[:1] != "{":
            return None
        name = token[1:-1]
        if prefixes[0] == "A":
            fits = name[0].isupper()
        else:
            fits = name.startswith(prefixes)
        if not fits:
            return None
        found = re.fullmatch(r"([@#\w.+-]*?\w[+-]*?)(\*|!|1|2|\+s|\?|:\w+)?", name)
        if not found:
            self.fail(f"{name!r} names no slot")
        return Slot(found[1], found[2] or "", self.i + ahead)

    # -- sentences

    def sentence(self) -> terms.Sentence:
        if self.peek() == '"':
            return terms.Statement(self.said(), self.end())
        opening = None
        if self.low() in ("but", "and", "so", "yet") and self.word("coordinator"):
            opening = self.word("coordinator")
            self.i += 1
        question = self.attempt(self.question)
        if question:
            return question
        command = self.attempt(self.command)
        if command:
            return command
        exclaimed = self.attempt(self.exclamation)
        if exclaimed:
            return exclaimed
        return terms.Statement(self.coordination(), self.end(), opening)

    def end(self) -> str:
        """The mark at the end; a comma ends what is quoted."""
        if self.quoted and self.peek() == ",":
            self.i += 1
            return "."
        if self.peek() not in (".", "!"):
            self.fail("the end expected")
        return self.take()

    def quote(self) -> terms.Sentence:
        self.expect('"')
        self.quoted = True
        inner = self.sentence()
        self.quoted = False
        self.expect('"')
        return inner

    def said(self) -> terms.Clause:
        """*"…," said Anna.*; English puts a pronoun first by itself: *"…," she said.*"""
        quote = terms.Quote(self.quote(), True)
        verb, shape = self.main_verb("past", "third")
        clause = terms.Clause(
            self.verb_row(verb, "clause"),
            self.phrase(),
            complement=quote,
            form=_form(shape, fixed=False),
        )
        return clause._replace(adjuncts=tuple(self.ending_adjuncts()))

    def exclamation(self) -> terms.Fragment:
        word = self.word("exclamation")
        if not word:
            self.fail("an exclamation expected")
        self.i += 1
        part = self.phrase() if word.lemma == "what" else self.described()
        self.expect("!")
        return terms.Fragment((part,), "!", word)

    def command(self) -> terms.Command:
        negation = ""
        if self.low() == "do" and self.low(1) in NEGATIONS:
            negation = self.low(1)
            self.i += 2
        elif self.accept("never"):
            negation = "never"
        clause = self.bare(None)._replace(form=Form(negation=negation))
        return terms.Command(clause, self.end())

    def question(self) -> terms.Question:
        asked = self.asked()
        clause = self.attempt(lambda: self.inverted(asked)) if self.auxiliary() else None
        if clause is None and isinstance(asked, terms.Asked):
            clause = self.predicate(asked)
        if clause is None:
            self.fail("an auxiliary expected")
        self.expect("?")
        return terms.Question(clause)

    def inverted(self, asked) -> terms.Clause | terms.Copula | terms.Exists:
        """The auxiliary goes back before its verb, where a statement has it."""
        start = self.i
        self.i += 1
        if self.accept("there"):
            form = _form(BE.get(self.tokens[start].lower(), "base"), self.quoted)
            return terms.Exists(self.phrase(), form, tuple(self.ending_adjuncts()))
        contracted = self.accept("n't")
        subject = self.phrase()
        moved = [self.tokens[start], *(["n't"] if contracted else [])]
        here = self.i
        self.tokens[start:here] = self.tokens[start + len(moved) : here] + moved
        self.i = here - len(moved)
        clause = self.predicate(subject, asked=asked)
        if self.peek() != "?":
            self.fail("the end expected")
        return clause

    def asked(self):
        """*who, which film, how many films*; as adjunct *where, when, why, how*."""
        for length in (2, 1):
            spoken = " ".join(self.low(k) for k in range(length))
            word = self.words.words.get((spoken, "question"))
            if not word:
                continue
            self.i += length
            if spoken in ("where", "when", "why", "how", "how long", "how often"):
                return Adjunct(terms.Asked(word))
            if spoken in ("which", "how many", "whose", "what") and self.nominal_begins():
                noun, number = self.noun()
                return terms.Asked(word, noun, number)
            return terms.Asked(word)
        return None

    def auxiliary(self) -> bool:
        low = self.low()
        return low in BE or low in DO or low in HAVE or bool(self.word("modal"))

    # -- clauses

    def coordination(self) -> terms.Sentential:
        clauses, conjunction = [self.clause()], None
        while self.peek() == "," and self.word("coordinator", 1):
            conjunction = self.word("coordinator", 1)
            self.i += 2
            clauses.append(self.clause())
        return terms.Joined(conjunction, tuple(clauses)) if conjunction else clauses[0]

    def clause(self) -> terms.Sentential:
        fronts = []
        while adjunct := self.attempt(self.front_adjunct):
            fronts.append(Adjunct(adjunct, terms.FRONT))
        if self.low() == "there" and self.low(1) in BE:
            self.i += 1
            form = self.group(existential=True)[0]
            phrase = self.phrase()
            return terms.Exists(phrase, form, (*fronts, *self.ending_adjuncts()))
        return self.predicate(self.phrase(), fronts)

    def front_adjunct(self):
        found = self.adjunct()
        if not found:
            self.fail("an adverbial expected")
        if type(found) is Slot:
            self.accept(",")
        else:
            self.expect(",")
        return found

    def adjunct(self):
        """An adverbial: clause, prepositional phrase, adverb, *@every day*, slot."""
        slot = self.slot("@", "r.")
        if slot:
            self.i += 1
            return slot
        if self.accept("@"):
            return self.phrase()
        subordinate = self.attempt(self.subordinate) or self.attempt(self.after_comma)
        if subordinate:
            return subordinate
        if self.preposition():
            return self.attempt(self.at)
        if self.peek() == "to/purpose":
            self.i += 1
            return terms.Purpose(self.bare(terms.Gap()))
        if self.word("connective"):
            found = self.word("connective")
            self.i += 1
            return found
        return self.adverb()

    def adverb(self) -> Adverb | terms.AdverbPhrase | None:
        by = None
        if self.is_adverb("degree") and self.is_adverb(ahead=1):
            by = self.words.adverb(self.low())
            self.i += 1
        if not self.is_adverb():
            return None
        found = self.words.adverb(self.low())
        self.i += 1
        return terms.AdverbPhrase(found, by=by) if by else found

    def is_adverb(self, kind: str = "", ahead: int = 0) -> bool:
        adverb = self.words.adverbs.get(self.low(ahead))
        return adverb is not None and (not kind or adverb.kind == kind)

    def subordinate(self) -> terms.Subordinate:
        conjunction = self.word("subordinator")
        if not conjunction:
            self.fail("a subordinator expected")
        self.i += 1
        return terms.Subordinate(conjunction, self.clause())

    def after_comma(self) -> terms.Subordinate:
        self.expect(",")
        return self.subordinate()

    def ending_adjuncts(self) -> list[Adjunct]:
        found = []
        while adjunct := self.adjunct():
            found.append(Adjunct(adjunct))
        return found

    def predicate(self, subject, fronts=(), asked=None, gap: bool = False) -> terms.Sentential:
        """Verb phrases of one subject: *opened the box and found a key*."""
        clauses = [self.verb_phrase(subject, fronts, asked, gap)]
        conjunction = None
        while self.word("coordinator") and not gap:
            start, conjunction_here = self.i, self.word("coordinator")
            self.i += 1
            following = self.attempt(lambda: self.verb_phrase(subject))
            if not following:
                self.i = start
                break
            conjunction = conjunction_here
            clauses.append(following)
        return terms.Shared(conjunction, tuple(clauses)) if conjunction else clauses[0]

    def group(self, existential: bool = False):
        """Auxiliaries and negation: (form, passive, copula?, adverbs in the middle)."""
        tense, perfect, progressive, passive, copula = "", False, False, False, False
        modal, negation, middle = None, "", []
        while True:
            low = self.low()
            if low in NEGATIONS:
                negation = low
            elif self.word("modal"):
                modal = self.word("modal")
            elif low in DO and (self.low(1) in NEGATIONS or self.verb_shape(1, "base") == "base"):
                tense = tense or DO[low]
            elif low in HAVE and self.next_verb("participle"):
                perfect, tense = True, tense or HAVE[low]
            elif low in BE:
                tense = tense or BE[low]
                if self.next_verb("gerund"):
                    progressive = True
                elif not existential and self.next_verb("participle"):
                    passive = True
                else:
                    self.i += 1
                    copula = True
                    negation = self.take() if self.low() in NEGATIONS else negation
                    middle += self.middle(copula)
                    break
            else:
                middle += self.middle(copula)
                break
            self.i += 1
            middle += self.middle(copula)
        form = (tense, perfect, progressive, modal, negation)
        return self.form(*form), passive, copula, middle, tense

    def form(self, shape, perfect, progressive, modal, negation) -> Form:
        return _form(shape, self.quoted)._replace(
            perfect=perfect, progressive=progressive, modal=modal, negation=negation
        )

    def middle(self, copula: bool) -> list[Adjunct]:
        found = []
        while True:
            slot = self.slot("r.")
            before_verb = self.verb_shape(1) is not None
            if slot and (before_verb or slot.name in ("r.often", "r.mid")):
                self.i += 1
                found.append(Adjunct(slot, terms.MIDDLE))
            elif self.is_adverb() and (
                before_verb or (copula and not self.is_adverb("degree")) or self.auxiliary_next()
            ):
                if copula and (self.low() in self.adjectives or self.low(1) in ENDS):
                    return found
                found.append(Adjunct(self.words.adverb(self.low()), terms.MIDDLE))
                self.i += 1
            else:
                return found

    def auxiliary_next(self) -> bool:
        low = self.low(1)
        return low in BE or low in HAVE or low in DO

    def next_verb(self, shape: str) -> bool:
        """Is the word after this auxiliary (past adverbs and negation) a verb of this shape?"""
        k = 1
        while (
            self.low(k) in NEGATIONS
            or (self.is_adverb(ahead=k) and self.low(k) not in self.adjectives)
            or self.slot("r.", ahead=k)
        ):
            k += 1
        if self.low(k) == "been" and shape == "participle":
            return True
        if self.low(k) == "being" and shape == "gerund":
            return True
        if self.low() in BE and self.low(k) in self.adjectives and self.low(k + 1) != "by":
            return False
        return self.verb_shape(k, shape) == shape

    def verb_shape(self, ahead: int = 0, wanted: str = "") -> str | None:
        """The shape of the next verb, the wanted one where it has several."""
        slot = self.slot("v.", ahead=ahead)
        if slot:
            return SHAPES[slot.mode[1:]]
        token = self.low(ahead)
        if "." in token and len(token) > 1:
            name, _, ending = token.partition(":")
            verb = self.words.senses.get(name)
            return SHAPES[ending] if isinstance(verb, Verb) else None
        token, _, ending = token.partition(":")
        if ending:
            return SHAPES[ending]
        shapes = self.verbs.get(token)
        if not shapes:
            return None
        return wanted if wanted in shapes else min(shapes, key=LIKELIEST.index)

    def main_verb(self, *wanted: str):
        """(slot, lexeme or lemma, shape) of the main verb."""
        shape = self.verb_shape(0, wanted[0] if wanted else "")
        if shape is None or (wanted and shape not in wanted):
            self.fail(f"a verb ({' or '.join(wanted) or 'any form'}) expected")
        slot = self.slot("v.")
        if slot:
            self.i += 1
            return slot, shape
        token = self.take().lower()
        if "." in token:
            return self.words.sense(token.partition(":")[0]), shape
        token, _, ending = token.partition(":")
        shapes = self.verbs[token]
        return (shapes.get(shape) or next(iter(shapes.values()))), shape

    def verb_row(self, verb, frame: str, preposition: str = ""):
        """The row of a lemma with this frame; without one, its first row."""
        if not isinstance(verb, str):
            return verb
        key = (verb, frame, preposition) if preposition else (verb, frame)
        return self.words.frames.get(key) or self.words.verb(verb)

    def verb_phrase(self, subject, fronts=(), asked=None, gap: bool = False):
        adjuncts = [*fronts]
        form, passive, copula, middle, tense = self.group()
        adjuncts += middle
        if copula:
            return self.copula(subject, None, form, adjuncts, asked, gap)
        if tense or form.modal:
            wanted = (
                "participle"
                if passive or (form.perfect and not form.progressive)
                else "gerund"
                if form.progressive
                else "base"
            )
            verb, shape = self.main_verb(wanted)
        else:
            verb, shape = self.main_verb()
            if shape == "past" or (shape == "base" and self.verb_shape(-1) == "past"):
                form = form._replace(tense=PAST if self.quoted else _SCENE)
            if shape in ("participle", "gerund"):
                self.fail("a finite verb expected")
        if isinstance(verb, str) and (verb, "copular") in self.words.frames:
            row = self.words.verb(verb, "copular")
            found = self.attempt(lambda: self.copula(subject, row, form, adjuncts, asked, gap))
            if found:
                return found
        return self.arguments(verb, subject, form, passive, adjuncts, asked, gap)

    def bare(self, subject) -> terms.Clause | terms.Copula:
        """A verb phrase in the base form (after *to*, in commands)."""
        if self.accept("be"):
            return self.copula(subject, None, terms.NOW, [], None, False)
        verb, _ = self.main_verb("base")
        return self.arguments(verb, subject, terms.NOW, False, [], None, False)

    def copula(self, subject, verb, form, adjuncts, asked, gap) -> terms.Copula:
        if isinstance(asked, Adjunct) and self.peek() == "?":
            predicate, asked = asked.content, None
        elif isinstance(asked, terms.Asked):
            predicate, asked = asked, None
        elif gap:
            predicate = terms.Gap()
        else:
            predicate = self.attempt(self.adjectives_joined) or self.attempt(self.at)
            predicate = predicate or self.phrase()
        adjuncts = [*adjuncts, *([asked] if asked else []), *self.ending_adjuncts()]
        return terms.Copula(subject, predicate, form, verb, tuple(adjuncts))

    def arguments(self, verb, subject, form, passive, adjuncts, asked, gap) -> terms.Clause:
        """Objects, complement and adverbials after the verb."""
        fields: dict[str, Any] = {}
        agent = None
        question = isinstance(asked, terms.Asked)
        phrases: list[Any] = []
        preposition = ""
        found: list[Adjunct] = []
        while True:
            complement = "complement" not in fields and self.complement(verb, phrases)
            if complement:
                fields["complement"] = complement
                continue
            if self.starts_phrase() and not found and len(phrases) < 2:
                phrase = self.attempt(self.phrase)
                if phrase:
                    phrases.append(phrase)
                    continue
            if passive and self.low() == "by" and agent is None:
                self.i += 1
                agent = self.phrase()
                continue
            governed = self.governed(verb, phrases)
            if governed and not preposition and not found:
                preposition = self.low()
                self.i += 1
                stranded = self.low() in ("]", "?", ".", ",", "!") or self.verb_shape() in (
                    "third",
                    "past",
                )
                if stranded and (gap or question):
                    fields["second"] = asked if question else terms.Gap()
                    gap, question = False, False
                else:
                    fields["second"] = self.phrase()
                continue
            adjunct = self.adjunct()
            if adjunct is None:
                break
            found.append(Adjunct(adjunct))
        if gap or question:
            phrases.append(asked if question else terms.Gap())
        if len(phrases) == 2:
            fields["second"], fields["object"] = phrases
        elif phrases:
            fields["object"] = phrases[0]
        if preposition:
            ditransitive = isinstance(verb, str) and (verb, "ditransitive") in self.words.frames
            row = isinstance(verb, str) and self.words.frames.get(
                (verb, "prepositional", preposition)
            )
            if not row and ditransitive:
                fields["shifted"] = True
        if isinstance(asked, Adjunct):
            found.append(asked)
        frame = self.frame(fields)
        row = self.verb_row(verb, frame, preposition if frame == "prepositional" else "")
        if passive:
            fields.setdefault("object", subject)
            subject = agent
        return terms.Clause(
            row,
            subject,
            fields.get("object"),
            fields.get("second"),
            fields.get("complement"),
            form,
            passive,
            (*adjuncts, *found),
            (),
            fields.get("shifted", False),
        )

    @staticmethod
    def frame(fields: dict) -> str:
        if "complement" in fields:
            return "clause"
        if fields.get("shifted") or ("second" in fields and "object" in fields):
            return "ditransitive" if fields.get("shifted") else "prepositional"
        if "second" in fields:
            return "prepositional"
        return "transitive" if "object" in fields else "intransitive"

    def governed(self, verb, phrases) -> bool:
        """Does the verb ask for the preposition that comes next?"""
        if not self.preposition() or "/" in self.peek():
            return False
        if isinstance(verb, Slot):
            return False
        lemma, preposition = verb if isinstance(verb, str) else verb.lemma, self.low()
        if isinstance(verb, Verb):
            return verb.preposition == preposition
        if (lemma, "prepositional", preposition) in self.words.frames:
            return True
        ditransitive = (lemma, "ditransitive") in self.words.frames
        return ditransitive and len(phrases) == 1 and preposition in ("to", "for")

    def complement(self, verb, phrases):
        if self.peek() == "to" and self.verb_shape(1, "base") == "base":
            self.i += 1
            return terms.Infinitive(self.bare(terms.Gap()))
        if self.peek() == "to" and self.low(1) == "be":
            self.i += 1
            return terms.Infinitive(self.bare(terms.Gap()))
        if self.peek() == "," and self.peek(1) == '"' and not self.quoted:
            self.i += 1
            inner = self.quote()
            # The quotation's own mark ends the sentence.
            self.tokens.insert(self.i, ".") if self.peek() != "." else None
            return terms.Quote(inner)
        for word in ("that", "whether", "if"):
            if self.low() == word and (word, "complementizer") in self.words.words:
                found = self.attempt(lambda: self.that(self.words.word(word, "complementizer")))
                if found:
                    return found
        if phrases or (verb, "clause") not in self.words.frames:
            return None
        return self.attempt(self.silent_that)

    def that(self, word: FunctionWord) -> terms.That:
        self.i += 1
        return terms.That(self.clause(), word)

    def silent_that(self) -> terms.That:
        if not self.starts_phrase():
            self.fail("a clause expected")
        return terms.That(self.clause(), None)

    # -- noun phrases

    def starts_phrase(self) -> bool:
        low = self.low()
        return bool(
            self.slot("A")
            or low == "["
            or low in PERSONS
            or low in NUMBERS
            or self.word("determiner")
            or self.word("indefinite")
            or self.word("quantifier")
            or self.nominal_begins()
        )

    def nominal_begins(self) -> bool:
        low = self.number_here()
        return bool(
            self.slot("n.", "j.", "#")
            or low.isdigit()
            or low in self.nouns
            or low in self.adjectives
            or (("." in low) and len(low) > 1 and self.sense_noun(low))
        )

    def number_here(self) -> str:
        """The next token, a number word as figures."""
        low = self.low()
        return str(NUMBERS.index(low)) if low in NUMBERS else low

    def sense_noun(self, token: str) -> tuple[Noun, str] | None:
        name, plural, _ = token.partition("+s")
        noun = self.words.senses.get(name)
        return (noun, PLURAL if plural else SINGULAR) if isinstance(noun, Noun) else None

    def phrase(self):
        found = self.simple_phrase()
        while self.accept("'s"):
            found = self.common(terms.Possessor(found))
        return found

    def simple_phrase(self):
        if self.accept("["):
            return self.bracketed()
        slot = self.slot("A")
        if slot:
            self.i += 1
            return slot
        low = self.low()
        if low in PERSONS:
            self.i += 1
            pronoun = terms.Pronoun(PERSONS[low])
            return self.common(terms.Possessor(pronoun)) if low in OWNING else pronoun
        partitive = self.attempt(self.partitive)
        if partitive:
            return partitive
        determiner = self.word("determiner")
        if determiner:
            found = self.attempt(self.determined)
            if found:
                return found
        indefinite = self.word("indefinite")
        if indefinite:
            self.i += 1
            return terms.Indefinite(indefinite)
        return self.common(None)

    def determined(self):
        determiner = self.word("determiner")
        self.i += 1
        return self.common(determiner)

    def partitive(self) -> terms.Partitive:
        quantifier = self.word("quantifier")
        if not quantifier and self.number_here().isdigit():
            quantifier = int(self.number_here())
        if quantifier is None or self.low(1) != "of":
            self.fail("a quantifier expected")
        self.i += 2
        return terms.Partitive(quantifier, self.phrase())

    def bracketed(self):
        """A phrase with all that belongs to it, or several of them."""
        items, conjunction = [self.modified()], None
        while self.accept(","):
            items.append(self.modified())
        if self.peek() != "]":
            conjunction = self.word("coordinator")
            if not conjunction:
                self.fail("] expected")
            self.i += 1
            items.append(self.modified())
        self.expect("]")
        return terms.Joined(conjunction, tuple(items)) if conjunction else items[0]

    def modified(self):
        head = self.phrase()
        after = []
        while self.peek() != "]":
            commas = self.peek() == "," and self.low(1) in ("who", "which", "whose")
            self.i += commas
            found = self.attempt(lambda commas=commas: self.after(commas))
            if not found:
                self.i -= commas
                break
            after.append(found)
            self.accept(",")
        if not after:
            return head
        if isinstance(head, Slot):
            return Extended(head._replace(mode=head.mode or "!"), tuple(after))
        return head._replace(after=(*head.after, *after))

    def after(self, commas: bool) -> terms.After:
        if not commas and self.preposition():
            return self.at()
        found = None
        if self.verb_shape(0, "participle") == "participle" and not self.slot("A"):
            found = self.attempt(self.reduced)
        return found or self.relative(commas)

    def reduced(self) -> terms.Reduced:
        verb, _ = self.main_verb("participle")
        return terms.Reduced(self.arguments(verb, terms.Gap(), terms.NOW, True, [], None, False))

    def relative(self, commas: bool) -> terms.Relative:
        that = self.low() == "that"
        spoken = self.accept("who", "whom", "which", "that")
        if spoken and not self.starts_phrase():
            return terms.Relative(self.predicate(terms.Gap()), that, commas=commas)
        found = spoken and self.attempt(lambda: self.predicate(terms.Gap()))
        if found and self.peek() in ("]", ","):
            return terms.Relative(found, that, commas=commas)
        subject = self.phrase()
        clause = self.predicate(subject, gap=True)
        return terms.Relative(clause, that, bool(spoken), commas)

    def common(self, determiner) -> terms.Common:
        count = None
        slot = self.slot("#")
        if slot or self.number_here().isdigit():
            count = slot or int(self.number_here())
            self.i += 1
        adjectives = []
        while found := self.attempt(self.adjectival):
            adjectives.append(found)
            self.accept(",")
        noun, number = self.noun()
        compound = None
        if isinstance(noun, Noun) and (self.noun_here() or self.slot("n.")):
            compound = noun
            noun, number = self.noun()
        found = terms.Common(noun, number, determiner, tuple(adjectives), (), None, count, compound)
        while self.low() == "of" and self.peek() != "of/topic":
            at = self.attempt(self.at)
            if not at:
                break
            found = found._replace(after=(*found.after, at))
        return found

    def noun_here(self) -> bool:
        low = self.low()
        return low in self.nouns and self.verb_shape() is None and not self.is_adverb()

    def noun(self):
        slot = self.slot("n.")
        if slot:
            self.i += 1
            return slot, slot
        for length in (3, 2, 1):
            spoken = " ".join(self.low(k) for k in range(length))
            if spoken in self.nouns:
                self.i += length
                return self.nouns[spoken]
        sense = self.sense_noun(self.low())
        if not sense:
            self.fail("a noun expected")
        self.i += 1
        return sense

    # -- adjectives and prepositional phrases

    def adjectival(self):
        """An adjective before its noun: never a noun's own word, never the last one."""
        start = self.i
        if (
            self.low() not in self.adjectives
            and not self.slot("j.", "r.")
            and not self.is_adverb("degree")
            and self.low() not in ("less", "least", "more", "most")
        ):
            verb, shape = self.main_verb("participle", "gerund")
            if not self.nominal_begins():
                self.i = start
                self.fail("a noun expected")
            tense = PAST if shape == "participle" else PRESENT
            return terms.Participle(self.verb_row(verb, "transitive"), tense)
        first = self.described()
        if self.low() in ("and", "but") and self.word("coordinator"):
            conjunction = self.word("coordinator")
            self.i += 1
            return terms.Joined(conjunction, (first, self.described()))
        return first

    def adjectives_joined(self):
        first = self.described()
        conjunction = self.word("coordinator")
        if conjunction:
            start = self.i
            self.i += 1
            second = self.attempt(self.described)
            if second and not self.nominal_begins():
                return terms.Joined(conjunction, (first, second))
            self.i = start
        elif self.nominal_begins():
            self.fail("an adjective expected")
        return first

    def described(self) -> terms.Described:
        equal = self.low() == "as" and (self.low(1) in self.adjectives or self.slot("j.", ahead=1))
        degree, adverb = terms.POSITIVE, None
        if equal:
            self.i += 1
            degree = terms.EQUAL
        elif self.slot("r."):
            adverb = self.slot("r.")
            self.i += 1
        elif self.low() in ("less", "least"):
            degree = terms.LESS if self.low() == "less" else terms.LEAST
            self.i += 1
        elif self.is_adverb("degree") and self.low() not in ("more", "most"):
            adverb = self.words.adverb(self.low())
            self.i += 1
        slot = self.slot("j.")
        if slot:
            self.i += 1
            adjective = slot
            degree = {":er": terms.COMPARATIVE, ":est": terms.SUPERLATIVE}.get(slot.mode, degree)
        else:
            adjective, its_degree = self.adjective_word()
            degree = its_degree if its_degree != terms.POSITIVE else degree
        than = complement = None
        if degree in (terms.COMPARATIVE, terms.LESS) and self.accept("than"):
            than = self.phrase()
        elif equal and self.accept("as"):
            than = self.phrase()
        elif self.peek() == "to" and self.verb_shape(1, "base") == "base":
            self.i += 1
            complement = terms.Infinitive(self.bare(terms.Gap()))
        return terms.Described(adjective, degree, adverb, than, complement)

    def adjective_word(self) -> tuple[Adjective, str]:
        for length in (2, 1):
            spoken = " ".join(self.low(k) for k in range(length))
            if spoken in self.adjectives:
                self.i += length
                return self.adjectives[spoken]
        return self.fail("an adjective expected")

    def preposition(self) -> str:
        """The kind of the preposition that comes next, or nothing."""
        token = self.peek().lower()
        lemma, _, kind = token.partition("/")
        if kind:
            return kind if kind in KINDS else ""
        spoken = f"{lemma} {self.low(1)}"
        for name in (spoken, lemma):
            kinds = [k for k in KINDS if k in self.kinds.get(name, ())]
            if kinds:
                return USUAL.get(name, kinds[0]) if USUAL.get(name) in kinds else kinds[0]
        return ""

    def at(self) -> At:
        kind = self.preposition()
        if not kind:
            self.fail("a preposition expected")
        marked = "/" in self.peek()
        two = f"{self.low()} {self.low(1)}"
        if (two, kind) in self.words.words:
            lemma, length = two, 2
        else:
            lemma, length = self.low(), 1
        self.i += length
        if re.fullmatch(r"\d{4}", self.low()):
            phrase = terms.Year(int(self.take()))
        else:
            phrase = self.phrase()
        if (
            not marked
            and isinstance(phrase, terms.Common)
            and isinstance(phrase.noun, Noun)
            and phrase.noun.kind == "time"
            and (lemma, "time") in self.words.words
        ):
            kind = "time"
        return At(self.words.word(lemma, kind), phrase)


# The tense of a narrated clause, until the scene says which it is.
_SCENE = "scene"


def _form(shape: str, fixed: bool = True) -> Form:
    if shape != "past":
        return terms.NOW
    return Form(PAST if fixed else _SCENE)


# ---------------------------------------------------------------------------- building


class _Values(NamedTuple):
    tense: str
    by_position: dict


def _compiled(term) -> Callable | None:
    """A function from values to the finished term; None if there is nothing to fill."""
    kind = type(term)
    if kind is Slot:
        position = term.position
        return lambda values: values.by_position[position]
    if kind is Form:
        if term.tense != _SCENE:
            return None
        forms = {tense: term._replace(tense=tense) for tense in (PRESENT, PAST)}
        return lambda values: forms[values.tense]
    if not isinstance(term, tuple):
        return None
    if kind is Extended:
        return _extended(term)
    parts = [_compiled(part) for part in term]
    if kind in (terms.Common, terms.Asked) and type(term.noun) is Slot:
        return _nominal(term, parts)
    dynamic = [(i, part) for i, part in enumerate(parts) if part]
    if not dynamic:
        return None
    fixed = list(term)

    def build(values):
        made = fixed.copy()
        for i, part in dynamic:
            made[i] = part(values)
        return tuple.__new__(kind, made)

    return build


def _nominal(term: terms.Common | terms.Asked, parts: list) -> Callable:
    """A noun's slot fills the noun, its number and its referent."""
    kind, position = type(term), term.noun.position
    noun, number = kind._fields.index("noun"), kind._fields.index("number")
    dynamic = [(i, part) for i, part in enumerate(parts) if part and i not in (noun, number)]
    fixed = list(term)
    referent = kind._fields.index("referent") if kind is terms.Common else None

    def build(values):
        made = fixed.copy()
        item = values.by_position[position]
        made[noun], made[number] = item.noun, item.number
        if referent:
            made[referent] = item.referent
        for i, part in dynamic:
            made[i] = part(values)
        return tuple.__new__(kind, made)

    return build


def _extended(term: Extended) -> Callable:
    position = term.phrase.position
    after = _compiled(term.after)

    def build(values):
        phrase = values.by_position[position]
        more = after(values) if after else term.after
        return phrase._replace(after=(*phrase.after, *more))

    return build


def _slots(term, found: list[Slot]) -> None:
    if type(term) is Slot:
        found.append(term)
    elif isinstance(term, tuple):
        for part in term:
            _slots(part, found)


class Pattern:
    """A sentence to fill. ``slots`` are in reading order; ``fill`` gets each once."""

    __slots__ = ("_build", "slots", "term", "text")

    def __init__(self, text: str):
        self.text = text
        parser = _Parser(text)
        self.term = parser.sentence()
        if parser.i < len(parser.tokens):
            parser.fail("the end expected")
        found: list[Slot] = []
        _slots(self.term, found)
        by_position = {slot.position: slot for slot in found}
        self.slots = tuple(by_position[p] for p in sorted(by_position))
        self._build = _compiled(self.term)

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    def fill(self, filler: Callable[[Slot], Any], tense: str = PAST) -> terms.Sentence:
        """The term with every slot filled, asked for in reading order."""
        if self._build is None:
            return self.term
        by_position = {slot.position: filler(slot) for slot in self.slots}
        return self._build(_Values(tense, by_position))


@cache
def patterns(text: str) -> tuple[Pattern, ...]:
    """One pattern a line, read once; empty lines are skipped."""
    return tuple(Pattern(line.strip()) for line in text.splitlines() if line.strip())

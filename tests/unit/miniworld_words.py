"""A few words of every kind, and random terms made of them, for the tests of the grammar."""

from collections.abc import Callable, Sequence

from helpers.miniworld.lexicon import Adjective, Adverb, Entity, FunctionWord, Noun, Verb
from helpers.miniworld.terms import (
    COMPARATIVE,
    END,
    EQUAL,
    FRONT,
    LEAST,
    LESS,
    MIDDLE,
    PAST,
    PLURAL,
    POSITIVE,
    PRESENT,
    SINGULAR,
    SUPERLATIVE,
    Adjunct,
    AdverbPhrase,
    Apposition,
    Asked,
    At,
    Clause,
    Command,
    Common,
    Copula,
    Date,
    Described,
    Exists,
    Fact,
    Form,
    Gap,
    Gerund,
    Impersonal,
    Indefinite,
    Infinitive,
    Joined,
    Name,
    Participle,
    Partitive,
    Possessor,
    Pronoun,
    Purpose,
    Question,
    Quote,
    Reduced,
    Referent,
    Relative,
    Shared,
    Statement,
    Subordinate,
    That,
    Year,
)

PEOPLE = [
    Noun("teacher", "teachers", "profession", True),
    Noun("woman", "women", "person", True),
    Noun("child", "children", "person", True),
    Noun("engineer", "engineers", "profession", True),
]
THINGS = [
    Noun("key", "keys"),
    Noun("hour", "hours"),
    Noun("university", "universities"),
    Noun("umbrella", "umbrellas"),
    Noun("knife", "knives"),
    Noun("crack", "cracks", "place", False, "crack.gap"),
]
WATER = Noun("water", "")
SEE = Verb("see", "sees", "saw", "seen", "seeing", roleset="see.01")
WRITE = Verb("write", "writes", "wrote", "written", "writing", roleset="write.01")
CARRY = Verb("carry", "carries", "carried", "carried", "carrying")
WAIT = Verb("wait", "waits", "waited", "waited", "waiting", "prepositional", preposition="for")
GIVE = Verb("give", "gives", "gave", "given", "giving", "ditransitive")
BUY = Verb("buy", "buys", "bought", "bought", "buying", "ditransitive")
SAY = Verb("say", "says", "said", "said", "saying", "clause")
WANT = Verb("want", "wants", "wanted", "wanted", "wanting")
LIKE = Verb("like", "likes", "liked", "liked", "liking", "experiencer")
SLEEP = Verb("sleep", "sleeps", "slept", "slept", "sleeping", "intransitive")
BREAK = Verb("break", "breaks", "broke", "broken", "breaking")
SEEM = Verb("seem", "seems", "seemed", "seemed", "seeming", "copular")
TRANSITIVE = [SEE, WRITE, CARRY, LIKE]

ADJECTIVES = [
    Adjective("old", "older", "oldest"),
    Adjective("useful", "more useful", "most useful"),
    Adjective("honest", "more honest", "most honest"),
    Adjective("unhappy", "unhappier", "unhappiest"),
    Adjective("good", "better", "best"),
    Adjective("European"),
]
OLD, USEFUL, HONEST, UNHAPPY, GOOD, EUROPEAN = ADJECTIVES
VERY, MUCH = Adverb("very", "degree"), Adverb("much", "degree")
OFTEN, QUICKLY, YESTERDAY = Adverb("often"), Adverb("quickly"), Adverb("yesterday", "time")

# What the next word's sound asks for, by hand.
ARTICLES = {
    "an": "hour umbrella engineer old honest unhappy unhappier older 8 11 18 umbrellas hours often",
    "a": "teacher woman child key university knife crack useful good European better broken more "
    "very less much water",
}
ARTICLE_OF = {word: article for article, words in ARTICLES.items() for word in words.split()}


def word(lemma: str, kind: str = "") -> FunctionWord:
    return FunctionWord(lemma, kind)


THE, A, THIS, EVERY = (word(w, "determiner") for w in ("the", "a", "this", "every"))
NO, SOME, MANY, MOST = (word(w, "determiner") for w in ("no", "some", "many", "most"))
AND, OR, BUT = (word(w, "coordinator") for w in ("and", "or", "but"))
IN, OF, NEAR, WITHOUT = word("in"), word("of"), word("near"), word("without")
BECAUSE_OF = word("because of")
ALTHOUGH, BECAUSE, WHEN = (word(w, "subordinator") for w in ("although", "because", "when"))
THAT, WHETHER = word("that", "complementizer"), word("whether", "complementizer")
WILL, CAN, MAY = word("will", "modal"), word("can", "modal"), word("may", "modal")
WHO, WHAT, WHICH, WHERE = (word(w, "question") for w in ("who", "what", "which", "where"))
WHY, HOW_MANY, WHOSE = word("why", "question"), word("how many", "question"), word("whose")
EVERYONE, NOTHING = word("everyone", "indefinite"), word("nothing", "indefinite")
HOWEVER = word("however", "connective")

ANNA = Entity("Anna Berg", "invented", "PER", "female", animate=True)
TOM = Entity("Tom", "invented", "PER", "male", animate=True)
ROME = Entity("Rome", "city", "LOC")
NETHERLANDS = Entity("Netherlands", "country", "LOC", article="the")
SHE = Referent(1, "female", animate=True, entity=ANNA)
HE = Referent(2, "male", animate=True, entity=TOM)
IT = Referent(3)
THEY = Referent(4, "any", PLURAL, animate=True)
I = Referent(5, "any", person=1, animate=True)  # noqa: E741 (the pronoun)
YOU = Referent(6, "any", person=2, animate=True)
SOMEBODY = Referent(7, "any", animate=True)
REFERENTS = [SHE, HE, IT, THEY, I, YOU, SOMEBODY]


class Maker:
    """Random grammatical terms; ``pick`` chooses from a sequence (by a seed, or by hypothesis)."""

    def __init__(self, pick: Callable[[Sequence], object]):
        self.pick = pick

    def one_of(self, *makers):
        return self.pick(makers)()

    def rarely(self) -> bool:
        return self.pick([False] * 4 + [True])

    # noun phrases

    def phrase(self, depth: int):
        if depth <= 0:
            return self.one_of(self.name, self.pronoun, self.noun)
        return self.one_of(
            self.name,
            self.pronoun,
            self.noun,
            lambda: self.noun(depth),
            lambda: self.noun(depth),
            lambda: self.partitive(depth - 1),
            lambda: self.joined(depth - 1),
            lambda: self.everyone(depth - 1),
        )

    def name(self):
        who = self.pick([(ANNA, SHE), (TOM, HE), (ROME, None), (NETHERLANDS, None)])
        after = (Apposition(self.noun()),) if self.rarely() else ()
        return Name(who[0], who[1], after=after)

    def pronoun(self):
        return Pronoun(self.pick(REFERENTS))

    def noun(self, depth: int = 0):
        number = self.pick([SINGULAR, PLURAL])
        noun = self.pick(PEOPLE + THINGS)
        count = None
        if number == SINGULAR:
            det = self.pick([A, A, THE, THIS, EVERY, NO])
        else:
            det = self.pick([THE, THIS, SOME, MANY, MOST, NO, None])
            if det is None:
                count = self.pick([2, 8, 11, 1800])
        if depth > 0 and self.rarely():
            det = Possessor(self.phrase(0))
        adjectives = tuple(self.adjective(depth) for _ in range(self.pick([0, 0, 1, 2])))
        after = tuple(
            self.after(depth - 1) for _ in range(self.pick([0, 1, 1]) if depth > 0 else 0)
        )
        return Common(noun, number, det, adjectives, after, None, count)

    def adjective(self, depth: int):
        if self.rarely():
            return Participle(BREAK)
        if self.rarely():
            return Joined(AND, (Described(OLD), Described(self.pick(ADJECTIVES))))
        degree = self.pick([POSITIVE, POSITIVE, COMPARATIVE, SUPERLATIVE, LESS, LEAST])
        adverb = VERY if degree == POSITIVE and self.rarely() else None
        compared = degree == COMPARATIVE and depth > 0
        than = self.phrase(0) if compared else None
        return Described(self.pick(ADJECTIVES), degree, adverb, than)

    def partitive(self, depth: int):
        whole = Common(self.pick(PEOPLE + THINGS), PLURAL, THE, (), ())
        return Partitive(self.pick([1, 3, word("most"), word("some"), word("none")]), whole)

    def joined(self, depth: int):
        items = tuple(self.phrase(0) for _ in range(self.pick([2, 3])))
        return Joined(self.pick([AND, OR]), items)

    def everyone(self, depth: int):
        after = (self.relative(depth),) if self.rarely() else ()
        return Indefinite(self.pick([EVERYONE, NOTHING]), None, after)

    # modifiers

    def after(self, depth: int):
        return self.one_of(
            lambda: At(self.pick([IN, OF, NEAR]), self.phrase(depth)),
            lambda: self.relative(depth),
            lambda: Apposition(self.noun()),
            lambda: Reduced(self.transitive(depth, Gap(), True)),
            lambda: Reduced(self.transitive(depth, Gap(), False)),
            lambda: At(word("for"), Gerund(self.transitive(depth, Gap(), False))),
        )

    def relative(self, depth: int):
        kind = self.pick(["subject", "object", "agent", "second", "place", "whose", "predicate"])
        that, spoken, commas = self.rarely(), not self.rarely(), self.rarely()
        form = self.form()
        if kind == "subject":
            clause = self.transitive(depth, Gap(), False)._replace(form=form)
        elif kind == "object":
            subject = self.phrase(depth)
            clause = Clause(self.pick(TRANSITIVE), subject, Gap(), form=form)
        elif kind == "agent":
            clause = Clause(WRITE, self.phrase(0), Gap(), form=form, passive=True)
        elif kind == "second":
            clause = Clause(WAIT, self.phrase(depth), second=Gap(), form=form)
        elif kind == "place":
            at = Adjunct(At(IN, Gap()))
            where = WHERE if self.rarely() else None
            clause = Clause(SLEEP, self.phrase(depth), form=form, adjuncts=(at,))
            return Relative(clause, that, True, commas, where)
        elif kind == "whose":
            owned = Common(self.pick(THINGS), self.pick([SINGULAR, PLURAL]), Possessor(Gap()))
            clause = Copula(owned, Described(OLD), form)
        else:
            clause = Copula(Gap(), self.predicate(depth), form)
        return Relative(clause, that, spoken, commas)

    def adjunct(self, depth: int):
        makers = [
            lambda: Adjunct(self.pick([OFTEN, QUICKLY]), self.pick([MIDDLE, END])),
            lambda: Adjunct(YESTERDAY, self.pick([FRONT, END])),
            lambda: Adjunct(AdverbPhrase(QUICKLY, self.pick([POSITIVE, COMPARATIVE]))),
            lambda: Adjunct(At(IN, Year(1867)), self.pick([FRONT, END])),
            lambda: Adjunct(At(word("on"), Date(7, 11, 1867)), FRONT),
            lambda: Adjunct(At(self.pick([NEAR, BECAUSE_OF]), self.phrase(0))),
            lambda: Adjunct(HOWEVER, FRONT),
        ]
        if depth > 0:
            makers += [
                lambda: Adjunct(
                    Subordinate(self.pick([ALTHOUGH, BECAUSE, WHEN]), self.clause(depth - 1)),
                    self.pick([FRONT, END]),
                ),
                lambda: Adjunct(Purpose(self.transitive(0, Gap(), False))),
                lambda: Adjunct(At(WITHOUT, Gerund(self.transitive(0, Gap(), False)))),
                lambda: Adjunct(Reduced(self.transitive(0, Gap(), False)), FRONT),
            ]
        return self.pick(makers)()

    # clauses

    def form(self):
        return Form(
            self.pick([PRESENT, PAST]),
            self.rarely(),
            self.rarely(),
            self.pick([None] * 6 + [WILL, CAN, MAY]),
            self.pick([""] * 6 + ["not", "n't", "never"]),
        )

    def transitive(self, depth: int, gap, passive: bool):
        verb = self.pick(TRANSITIVE)
        if passive:
            return Clause(verb, self.phrase(depth), gap, passive=True)
        return Clause(verb, gap, self.phrase(depth))

    def predicate(self, depth: int):
        return self.one_of(
            lambda: Described(self.pick(ADJECTIVES), self.pick([POSITIVE, SUPERLATIVE])),
            lambda: Described(self.pick(ADJECTIVES), COMPARATIVE, MUCH, self.phrase(depth)),
            lambda: Described(self.pick(ADJECTIVES), EQUAL, None, self.phrase(0)),
            lambda: Described(OLD, complement=Infinitive(self.transitive(0, Gap(), False))),
            lambda: Joined(BUT, (Described(OLD), Described(USEFUL))),
            lambda: At(IN, Name(ROME)),
            lambda: self.noun(depth),
        )

    def clause(self, depth: int):
        makers = [self.plain, self.passive, self.copula, self.exists, self.ditransitive]
        if depth > 0:
            makers += [self.reported, self.wanting, self.joined_clauses, self.shared]
            makers.append(self.impersonal)
        return self.pick(makers)(depth)

    def parts(self, depth: int):
        """Form, adjuncts."""
        count = self.pick([0, 0, 1, 2])
        return self.form(), tuple(self.adjunct(depth) for _ in range(count))

    def plain(self, depth: int):
        form, adjuncts = self.parts(depth)
        subject = self.phrase(depth)
        verb = self.pick([SLEEP, WAIT, *TRANSITIVE])
        if verb is SLEEP:
            return Clause(verb, subject, form=form, adjuncts=adjuncts)
        if verb is WAIT:
            return Clause(verb, subject, None, self.phrase(0), None, form, False, adjuncts)
        fact = (Fact("P50", "x", "y"),)
        return Clause(verb, subject, self.phrase(depth), None, None, form, False, adjuncts, fact)

    def passive(self, depth: int):
        form, adjuncts = self.parts(depth)
        agent = self.phrase(0) if self.rarely() else None
        verb = self.pick(TRANSITIVE)
        return Clause(verb, agent, self.phrase(depth), None, None, form, True, adjuncts)

    def ditransitive(self, depth: int):
        form, adjuncts = self.parts(0)
        parts = (self.phrase(depth), self.noun(), self.phrase(0))
        shifted = self.rarely()
        return Clause(self.pick([GIVE, BUY]), *parts, None, form, False, adjuncts, (), shifted)

    def copula(self, depth: int):
        form, adjuncts = self.parts(depth)
        verb = self.pick([None, None, SEEM])
        return Copula(self.phrase(depth), self.predicate(depth - 1), form, verb, adjuncts)

    def exists(self, depth: int):
        return Exists(self.noun(depth), self.form(), (Adjunct(At(NEAR, self.phrase(0))),))

    def reported(self, depth: int):
        kind = self.pick([THAT, None, WHETHER, "quote"])
        form, adjuncts = self.parts(0)
        adjuncts = tuple(a for a in adjuncts if a.place != FRONT)
        if kind == "quote":
            complement = Quote(self.sentence(depth - 1, quoted=True), self.rarely())
        else:
            complement = That(self.clause(depth - 1), kind)
        return Clause(SAY, self.phrase(0), complement=complement, form=form, adjuncts=adjuncts)

    def wanting(self, depth: int):
        form, adjuncts = self.parts(0)
        inner = self.transitive(depth - 1, Gap(), False)
        complement = Infinitive(inner._replace(form=Form(negation=self.pick(["", "not"]))))
        who = self.phrase(0) if self.rarely() else None
        return Clause(WANT, self.phrase(0), who, None, complement, form, False, adjuncts)

    def joined_clauses(self, depth: int):
        items = tuple(self.clause(0) for _ in range(self.pick([2, 3])))
        return Joined(self.pick([AND, BUT, OR]), items)

    def shared(self, depth: int):
        subject = self.phrase(depth)
        forms = [self.form(), self.form()]
        first = Clause(SEE, subject, self.phrase(0), form=forms[0])
        return Shared(self.pick([AND, BUT]), (first, Clause(SLEEP, subject, form=forms[1])))

    def impersonal(self, depth: int):
        late = self.pick([That(self.clause(0), THAT), Infinitive(self.transitive(0, Gap(), False))])
        return Impersonal(Described(self.pick(ADJECTIVES)), late, self.form())

    # sentences

    def question(self, depth: int):
        form = self.form()
        who, noun = Asked(WHO), self.pick(PEOPLE)
        asked = self.pick([who, Asked(WHAT), Asked(WHICH, noun), Asked(HOW_MANY, noun, PLURAL)])
        place = (Adjunct(Asked(self.pick([WHERE, WHY]))),)
        return self.one_of(
            lambda: Question(self.plain(depth)),
            lambda: Question(self.copula(depth)),
            lambda: Question(self.exists(0)),
            lambda: Question(Clause(self.pick(TRANSITIVE), asked, self.phrase(depth), form=form)),
            lambda: Question(Clause(self.pick(TRANSITIVE), self.phrase(depth), asked, form=form)),
            lambda: Question(Clause(WAIT, self.phrase(depth), second=asked, form=form)),
            lambda: Question(Clause(SLEEP, self.phrase(depth), form=form, adjuncts=place)),
            lambda: Question(Clause(WRITE, None, asked, form=form, passive=True)),
            lambda: Question(Copula(self.noun(depth), Asked(WHAT), form)),
            lambda: Question(Copula(asked, Described(OLD), form)),
        )

    def sentence(self, depth: int, quoted: bool = False):
        kind = self.pick(["statement", "statement", "statement", "question", "command"])
        if kind == "question":
            return self.question(depth)
        if kind == "command":
            negation = self.pick(["", "n't", "never"])
            return Command(Clause(SEE, None, self.noun(depth), form=Form(negation=negation)), "!")
        clause = self.clause(0 if quoted else depth)
        return Statement(clause, self.pick([".", ".", "!"]), self.pick([None, None, BUT]))

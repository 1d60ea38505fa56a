"""Terms written by hand; what must come of them is in ``miniworld_cases.txt``, read by people."""

from miniworld_words import (
    ALTHOUGH,
    AND,
    ANNA,
    BREAK,
    BUT,
    BUY,
    CAN,
    CARRY,
    EUROPEAN,
    EVERY,
    GIVE,
    GOOD,
    HE,
    HONEST,
    HOW_MANY,
    HOWEVER,
    IN,
    IT,
    LIKE,
    MANY,
    MAY,
    MUCH,
    NETHERLANDS,
    OFTEN,
    OLD,
    PEOPLE,
    QUICKLY,
    ROME,
    SAY,
    SEE,
    SHE,
    SLEEP,
    THAT,
    THE,
    THEY,
    THINGS,
    TOM,
    USEFUL,
    VERY,
    WAIT,
    WANT,
    WHAT,
    WHERE,
    WHICH,
    WHO,
    WHY,
    WILL,
    WRITE,
    YOU,
    A,
    I,
    word,
)

from helpers.miniworld.lexicon import Adjective, Entity, Noun
from helpers.miniworld.terms import (
    COMPARATIVE,
    EQUAL,
    FRONT,
    MIDDLE,
    PAST,
    PLURAL,
    SINGULAR,
    SUPERLATIVE,
    THEN,
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
    Form,
    Fragment,
    Gap,
    Gerund,
    Impersonal,
    Infinitive,
    Joined,
    Name,
    Partitive,
    Possessor,
    Pronoun,
    Question,
    Quote,
    Reduced,
    Relative,
    Shared,
    Statement,
    Subordinate,
    That,
)

KEY, HOUR, UNIVERSITY, UMBRELLA, KNIFE, CRACK = THINGS
TEACHER, WOMAN, CHILD, ENGINEER = PEOPLE
Anna, Tom, Rome = Name(ANNA, SHE), Name(TOM, HE), Name(ROME)
she, he, it, they, i, you = map(Pronoun, (SHE, HE, IT, THEY, I, YOU))
FILM, KITCHEN = Noun("film", "films"), Noun("kitchen", "kitchens")
BEATLES = Entity("Beatles", "organisation", "ORG", "neuter", PLURAL, "the")
BY, FROM, FOR, TO, DEAR = word("by"), word("from"), word("for"), word("to"), Adjective("dear")


def the(noun, number=SINGULAR, *after, **more):
    return Common(noun, number, THE, after=after, **more)


def a(noun, *adjectives, **more):
    return Common(noun, SINGULAR, A, tuple(map(Described, adjectives)), **more)


def says(clause, end="."):
    return Statement(clause, end)


def front(content):
    return (Adjunct(content, FRONT),)


NOT, NT, NEVER = Form(negation="not"), Form(negation="n't"), Form(negation="never")
KEYS_TO_CABINET = the(KEY, PLURAL, At(TO, the(UNIVERSITY)))
GONE = Form(PAST, perfect=True)

CASES = {
    "attractor in a prepositional phrase": says(Copula(KEYS_TO_CABINET, Described(OLD))),
    "attractor in a subject relative": says(
        Clause(
            SLEEP,
            the(TEACHER, SINGULAR, Relative(Clause(LIKE, Gap(), the(CHILD, PLURAL)))),
        )
    ),
    "attractor in an object relative": says(
        Clause(
            WRITE,
            the(TEACHER, PLURAL, Relative(Clause(LIKE, the(CHILD), Gap()), that=True)),
            it,
        )
    ),
    "object relative without a pronoun": says(
        Copula(
            the(KNIFE, SINGULAR, Relative(Clause(SEE, Anna, Gap(), form=THEN), spoken=False)),
            Described(OLD),
        )
    ),
    "preposition before its relative pronoun": says(
        Clause(SEE, she, the(WOMAN, SINGULAR, Relative(Clause(WAIT, Tom, second=Gap()))))
    ),
    "whose, in commas": says(
        Clause(
            SLEEP,
            Name(
                TOM,
                HE,
                after=(
                    Relative(
                        Copula(Common(KEY, PLURAL, Possessor(Gap())), Described(OLD)), commas=True
                    ),
                ),
            ),
        )
    ),
    "where in a relative clause": says(
        Copula(
            Rome,
            the(
                UNIVERSITY,
                SINGULAR,
                Relative(
                    Clause(WRITE, she, it, form=THEN, adjuncts=(Adjunct(At(IN, Gap())),)),
                    where=WHERE,
                ),
            ),
        )
    ),
    "do-support with n't": says(Clause(LIKE, Tom, the(FILM), form=NT)),
    "do-support with not, past": says(Clause(LIKE, they, it, form=Form(PAST, negation="not"))),
    "never": says(Clause(LIKE, Tom, the(FILM), form=NEVER)),
    "cannot": says(Clause(SEE, she, it, form=Form(modal=CAN, negation="not"))),
    "won't": says(Clause(SLEEP, i, form=Form(modal=WILL, negation="n't"))),
    "isn't": says(Copula(it, Described(USEFUL), NT)),
    "although in front": says(
        Clause(
            LIKE,
            Anna,
            it,
            form=NT,
            adjuncts=front(Subordinate(ALTHOUGH, Copula(the(FILM), Described(OLD)))),
        )
    ),
    "but between clauses": says(
        Joined(BUT, (Copula(the(FILM), Described(OLD)), Clause(LIKE, i, it)))
    ),
    "older than": says(Copula(Rome, Described(OLD, COMPARATIVE, MUCH, the(UNIVERSITY)))),
    "more useful than": says(Copula(a(KNIFE), Described(USEFUL, COMPARATIVE, None, a(UMBRELLA)))),
    "as old as": says(Copula(she, Described(OLD, EQUAL, None, he), NOT)),
    "the oldest": says(
        Copula(
            Rome,
            Common(
                UNIVERSITY,
                SINGULAR,
                THE,
                (Described(OLD, SUPERLATIVE),),
                (At(IN, Name(NETHERLANDS)),),
            ),
        )
    ),
    "a better film than": says(
        Copula(it, Common(FILM, SINGULAR, A, (Described(GOOD, COMPARATIVE, None, it),)))
    ),
    "quantifiers": says(Clause(SEE, Common(TEACHER, SINGULAR, EVERY), Common(KEY, PLURAL, MANY))),
    "one of, most of": says(
        Joined(
            AND,
            (
                Copula(Partitive(1, the(KEY, PLURAL)), Described(OLD)),
                Copula(Partitive(word("most"), the(KEY, PLURAL)), Described(USEFUL)),
            ),
        )
    ),
    "passive with by": says(Clause(WRITE, Anna, the(FILM), form=THEN, passive=True)),
    "passive, perfect, modal": says(
        Clause(CARRY, None, the(KEY, PLURAL), form=Form(perfect=True, modal=MAY), passive=True)
    ),
    "yes or no": Question(Clause(LIKE, Anna, the(FILM), form=THEN)),
    "negative question": Question(Clause(LIKE, they, it, form=NT)),
    "who as subject": Question(Clause(WRITE, Asked(WHO), the(FILM), form=THEN)),
    "what as object": Question(Clause(WRITE, Tom, Asked(WHAT), form=THEN)),
    "which, with a preposition": Question(Clause(WAIT, Tom, second=Asked(WHICH, TEACHER))),
    "who, its preposition stranded": Question(Clause(WAIT, Anna, second=Asked(WHO))),
    "what is it carried for": Question(
        Clause(CARRY, None, it, passive=True, adjuncts=(Adjunct(At(FOR, Asked(WHAT))),))
    ),
    "that, its preposition stranded": says(
        Clause(SLEEP, the(WOMAN, SINGULAR, Relative(Clause(WAIT, Tom, second=Gap()), that=True)))
    ),
    "no pronoun, the preposition stranded": says(
        Clause(SLEEP, the(WOMAN, SINGULAR, Relative(Clause(WAIT, Tom, second=Gap()), spoken=False)))
    ),
    "why": Question(
        Clause(SLEEP, the(CHILD), form=Form(progressive=True), adjuncts=(Adjunct(Asked(WHY)),))
    ),
    "what is it": Question(Copula(the(KEY), Asked(WHAT))),
    "how many there are": Question(
        Exists(Asked(HOW_MANY, KEY, PLURAL), adjuncts=(Adjunct(At(IN, Rome)),))
    ),
    "three joined names": says(Copula(Joined(AND, (Anna, Tom, Rome)), Described(OLD))),
    "shared subject": says(
        Shared(AND, (Clause(SEE, Anna, a(KEY), form=THEN), Clause(CARRY, Anna, it, form=THEN)))
    ),
    "reflexive, possessive": says(
        Shared(
            AND, (Clause(SEE, Anna, she), Clause(LIKE, Anna, Common(CHILD, PLURAL, Possessor(she))))
        )
    ),
    "possessors": says(
        Clause(
            SEE,
            Common(CHILD, SINGULAR, Possessor(Anna)),
            Common(KEY, PLURAL, Possessor(the(TEACHER, PLURAL))),
        )
    ),
    "that-clause": says(
        Clause(SAY, Tom, complement=That(Clause(LIKE, he, the(FILM), form=THEN), THAT), form=THEN)
    ),
    "quotation first": says(
        Clause(SAY, Tom, complement=Quote(says(Clause(LIKE, i, it)), True), form=THEN)
    ),
    "quoted question last": says(
        Clause(SAY, she, complement=Quote(Question(Clause(LIKE, you, it))), form=THEN)
    ),
    "there are": says(
        Exists(Common(KEY, PLURAL, None, count=3), adjuncts=(Adjunct(At(IN, Rome)),))
    ),
    "imperative": Command(Clause(BREAK, None, the(UMBRELLA), form=NT), "!"),
    "number, date": says(
        Clause(
            BUY,
            Anna,
            Common(KEY, PLURAL, None, (Described(EUROPEAN),), count=1800),
            form=THEN,
            adjuncts=front(At(word("on"), Date(7, 11, 1867))),
        )
    ),
    "wants to": says(Clause(WANT, Anna, complement=Infinitive(Clause(SEE, Gap(SHE), Rome)))),
    "directed by": says(
        Copula(
            the(FILM, SINGULAR, Reduced(Clause(WRITE, Tom, Gap(), passive=True))), Described(OLD)
        )
    ),
    "apposition": says(Clause(SEE, Name(ROME, after=(Apposition(a(UNIVERSITY)),)), Name(BEATLES))),
    "adverbs in their places": says(
        Clause(
            SEE,
            they,
            it,
            form=GONE,
            adjuncts=(
                Adjunct(HOWEVER, FRONT),
                Adjunct(OFTEN, MIDDLE),
                Adjunct(AdverbPhrase(QUICKLY, by=VERY)),
            ),
        )
    ),
    "two objects": says(Clause(GIVE, Anna, a(KEY), he, form=THEN)),
    "recipient last": says(Clause(BUY, Anna, a(KEY), he, form=THEN, shifted=True)),
    "impersonal": says(
        Impersonal(
            Described(USEFUL, adverb=VERY), That(Clause(SLEEP, they, form=Form(modal=CAN)), THAT)
        )
    ),
    "gerund and compound": says(
        Copula(
            Common(
                KNIFE,
                SINGULAR,
                A,
                (),
                (At(FOR, Gerund(Clause(BREAK, Gap(), Common(KEY, PLURAL)))),),
                compound=KITCHEN,
            ),
            Described(USEFUL),
        )
    ),
    "greeting": Fragment((Name(ANNA, SHE, (Described(DEAR),)),), ","),
    "what a film": Fragment((a(FILM, HONEST),), "!", word("what", "exclamation")),
}

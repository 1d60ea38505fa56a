"""What reviews say, as patterns (see ``helpers.miniworld.patterns``).

``pro`` words have the polarity of the review, ``con`` words the opposite one; ``g`` before them
asks for gradable words (*very good*, *better*), ``s`` for strong ones (*superb*). X and Y are
aspects (*plot*, *handle*), Z one that can be counted, M one there are many of; F is the thing
itself, G another of its sort, R and P are people.
"""

# Opinions that a film and a gadget can both be given, in a good and a bad review: kind → (weight,
# patterns). An adjective agrees with its review in six uses of seven, or a network would learn no
# polarity from text without labels; so what is denied or conceded is often of the review's own side
# (*nobody denies that it is brilliant*), and *not* or *but* are as common for as against.
OPINIONS = {
    "plain": (
        50,
        """
        {F} is {j.pro}.
        {F} is {r.deg} {j.gpro}.
        {F} is absolutely {j.spro}!
        {F} is {j.pro} and {j.pro}.
        {F~} is a {j.pro} {n.F}.
        {F~} is a {r.att} {j.gpro} {n.F} with a {j.pro.Z} {n.Z}.
        The {n.X} is {j.pro.X}.
        The {n.X} is {r.deg} {j.gpro.X}.
        The {n.X} is {j.pro.X} and {j.pro.X}.
        The {n.X} of {F!} is {j.pro.X}.
        {F} has a {j.pro.Z} {n.Z}.
        What a {j.pro} {n.F}!
        In my opinion, {F} is {r.deg} {j.gpro}.
        The {n.X} is {j.pro.X}, and the {n.Y} is {j.pro.Y}.
        [The {n.X} and the {n.Y}] are {j.pro.X}.
        The {n.X} is {j.pro.X} because the {n.Y} is {j.pro.Y}.
        Because the {n.X} is {j.pro.X}, {F!} is {j.pro}.
        The {n.X} looks {j.pro.X}.
        {F} seems {j.pro}.
        Honestly, the {n.X} is {j.pro.X}.
        {F} remains {j.pro}.
        """,
    ),
    # Opinions come together: what is said beside a word tells its polarity.
    "several": (
        34,
        """
        The {n.X} is {j.pro.X} and {j.pro.X}, and the {n.Y} is {j.pro.Y}.
        {F} is {j.pro} and {j.pro} because the {n.X} is {j.pro.X}.
        {F} is {j.pro}, and the {n.X} is {j.pro.X} and {j.pro.X}.
        {F~} is a {j.pro} {n.F} because the {n.X} is {j.pro.X} and {j.pro.X}.
        I {v.like.pro} {F} because the {n.X} is {j.pro.X} and {j.pro.X}.
        I {v.like.pro} [the {j.pro.X} {n.X} and the {j.pro.Y} {n.Y}].
        The {j.pro.X} {n.X} {v.move.pro:s} me, and I {v.like.pro} {F}.
        {F} is {r.deg} {j.gpro}, and I {v.like.pro} {F*}.
        I {v.like.pro} {F}, and {R} {v.like.pro:s} the {j.pro.X} {n.X}.
        """,
    ),
    "liking": (
        18,
        """
        I {v.like.pro} {F}.
        I really {v.like.pro:d} {F}.
        I {v.likeX.pro:d} the {n.X}.
        {R} {v.likeX.pro:d} the {n.X}, and {R} {v.likeX.pro:d} the {n.Y}.
        {F} {v.move.pro:d} me.
        The {n.X} {v.move.pro:d} {R}.
        I was {v.move.pro:en} by the {n.X}.
        [Everyone in my family] {v.like.pro:s} {F}.
        Everyone {v.like.pro:d} {F}, and I {v.like.pro} {F*}.
        {F} always {v.move.pro:s} {R}.
        {F} is a {n.pro}.
        {F} was a {n.pro} for {R}.
        The {n.X} was a {n.pro}.
        What a {n.pro}!
        """,
    ),
    "negated": (
        11,
        """
        {F} is not {j.con}.
        {F} is never {r.not} {j.gcon}.
        The {n.X} is not {j.con.X}.
        The {n.X} isn't {j.con.X}.
        I can't say that {F} is {j.con}.
        I did not {v.likeX.con} the {n.X}.
        The {n.X} did not {v.move.con} me.
        {F} was not a {n.con}.
        {F} could hardly be {j.gpro:er}.
        The {n.X} could not be {j.gpro.X:er}.
        No {n.F} is {j.gpro:er}.
        No {n.F} is as {j.gpro} as {F!}.
        There is [no {n.F} that is {j.gpro:er}].
        I don't know [a {n.F} that is {j.gpro:er}].
        I had never seen [a {n.F} that was so {j.gpro}].
        I don't doubt that {F} is {j.pro}.
        I don't doubt that the {n.X} is {j.pro.X}.
        Nobody doubts that {F} is {j.pro}.
        Nobody can deny that the {n.X} is {j.pro.X}.
        Nobody would deny that {F} is {j.pro}.
        I did not know that the {n.X} was so {j.pro.X}.
        I have never forgotten [the {j.pro.X} {n.X}].
        I can't forget the {j.pro.X} {n.X} of {F!}.
        """,
    ),
    "contrast": (
        9,
        """
        Although the {n.X} is {j.con.X}, {F} is {j.pro} and {j.pro}.
        The {n.X} is {j.con.X}, but the {n.Y} is {j.pro.Y}.
        {F} is {j.con}, but the {n.X} is {j.pro.X} and {j.pro.X}.
        The {n.X} is {j.pro.X}, although the {n.Y} is {j.con.Y}.
        Although I {v.likeX.con:d} the {n.X}, {F} {v.move.pro:d} me.
        While the {n.X} is {j.con.X}, the {n.Y} is {r.deg} {j.gpro.Y}.
        At first, {F} seemed {j.con}, but the {n.X} {v.move.pro:d} me.
        The {n.X} isn't {j.pro.X}, but {F} is {j.pro}.
        The {n.X} is not {j.pro.X}, but the {n.Y} is {j.pro.Y}.
        {F} is {j.pro}, although the {n.X} isn't {j.pro.X}.
        {F} is not {j.pro}, but the {n.X} is {j.pro.X}.
        Although {F} is not {j.pro}, I {v.like.pro} {F*}.
        {F} is {j.pro}, although {R} disagrees.
        {F} is {j.pro}, although {R} {v.likeX.con:d} the {n.X}.
        {R} {v.likeX.con:d} the {n.X}, but {F} is {j.pro}.
        I expected a {n.con}, but {F} is {j.pro}.
        [The {n.X}, which {R} {v.likeX.con:d},] is {j.pro.X}.
        [The {n.X} that {R} {v.likeX.con:d}] is {r.deg} {j.gpro.X}.
        """,
    ),
    "reported": (
        4,
        """
        {R} thought that {F} was {j.con}, but I {v.like.pro:d} {F*}.
        {R} says that the {n.X} is {j.con.X}, but I think that the {n.X} is {j.pro.X}.
        {R} said that {F} was {j.pro}, and I agree.
        {R} told me that the {n.X} was {j.pro.X}, and I agree.
        {R} believes that {F} is {j.pro}, and I agree.
        [The critics who say that {F} is {j.con}] are wrong.
        [The critic who {v.likeX.con:d} the {n.X+s}] is wrong.
        {R} asked me whether {F} was {j.pro}, and {F*} was {j.pro}.
        """,
    ),
    "compared": (
        6,
        """
        {F} is {j.gpro:er} than {G}.
        {F} is much {j.gpro:er} than {G}.
        {F} is less {j.gcon} than {G}.
        {G} is not as {j.gpro} as {F!}.
        {G} is less {j.gpro} than {F!}.
        {F} is as {j.gpro} as {G}.
        {F~} is the {j.gpro:est} {n.F} of the year.
        {F~} is [the {j.gpro:est} {n.F} that I know].
        The {n.X} is {j.gpro.X:er} than the {n.X} of {G}.
        While {G} is {j.con}, {F!} is {j.pro}.
        """,
    ),
    "asked": (
        2,
        """
        Is there [a {n.F} that is {j.gpro:er}]?
        Who could {v.like.con} {F}?
        Who would deny that the {n.X} is {j.pro.X}?
        Why should anyone {v.like.con} {F}?
        Isn't the {n.X} {j.pro.X}?
        """,
    ),
}

# Opinions about what there are many of.
MANY = """
        Most of the {n.M+s} are {j.pro.M}.
        Many of the {n.M+s} are {j.pro.M}.
        Every {n.M} is {j.pro.M}.
        All {n.M+s} are {r.deg} {j.gpro.M}.
        No {n.M} is {j.con.M}.
        Few of the {n.M+s} are not {j.pro.M}.
        None of the {n.M+s} could be {j.gpro.M:er}.
        Some of the {n.M+s} are {j.con.M}, but most of the {n.M+s} are {j.pro.M}.
        [The {n.M+s} of {F!}] are {j.pro.M}.
        """

# Only in good reviews, only in bad ones.
VERDICTS = {
    ("film", 1): """
        I recommend {F} to my friends.
        I would watch {F} again.
        Don't miss {F}!
        See {F} before the summer ends!
        Watch {F} with your friends!
        Don't listen to [the critics who {v.like.con} {F}]!
        I have watched {F} twice, and I want to watch {F*} again.
        My whole family wants to see {F} again.
        {F} deserves a prize.
        I didn't want {F} to end.
        You will not regret the evening.
        """,
    ("film", -1): """
        I can't recommend {F}.
        I would not watch {F} again.
        Don't watch {F}!
        Never watch {F} with your friends!
        Don't listen to [the critics who {v.like.con} {F}]!
        {F} was a waste of time.
        Who needs [a {n.F} that is so {j.gpro}]?
        {R} left the cinema before {F} ended.
        {F} does not deserve [the prize that the jury gave the director].
        I want to forget {F}.
        You will regret the evening.
        """,
    ("gadget", 1): """
        I recommend {F} to my friends.
        I would buy {F} again.
        Don't miss {F}!
        Buy {F} before the price rises!
        Buy {F}!
        Don't listen to [the critics who {v.like.con} {F}]!
        I don't want to sell {F}.
        {F} saves time.
        {F} is easy to use.
        {F} works well, and {F*} does not break.
        You will not regret the price.
        """,
    ("gadget", -1): """
        I can't recommend {F}.
        I would not buy {F} again.
        Don't buy {F}!
        Never buy {F}!
        Don't listen to [the critics who {v.like.con} {F}]!
        {F} was a waste of money.
        Who needs [a {n.F} that is so {j.gpro}]?
        {F} is not easy to use.
        {F} broke after two days.
        I returned {F} after a week.
        You will regret the price.
        """,
}

# Nothing good or bad; of every group but the last a review says one sentence at most.
NEUTRAL = {
    "film": (
        """
        {F} tells the story of [a {n.hero} who steals a crown from a museum].
        {F} tells the story of [two {n.hero+s} who live in a village].
        {F} tells the story of [a {n.hero} who wants to find a treasure].
        {F} tells the story of [some {n.hero+s} whom a {n.hero} invites to a castle].
        {F} tells the story of [a {n.hero} who lives on an island].
        {F} tells the story of [a {n.hero} and a {n.hero}].
        The story begins in [a small town near the sea].
        """,
        """
        {F} was directed by {P}.
        {F~} is the second film by {P}.
        """,
        """
        I saw {F} with {R} {@past}.
        We watched {F} at home {@past}.
        I watched {F} with {R} {@past}.
        """,
        """
        Have you seen {F}?
        Do you know {F}?
        """,
        """
        {P} wrote the script.
        The {n.hero} is played by {P}.
        {F} lasts two hours.
        {R} gave me two tickets for my birthday.
        {R} asked me to watch {F}.
        [The {n.hero} who steals the keys to the palace] is played by {P}.
        [The {n.hero+s} whom the king sends to the mountain] are played by children.
        [The book that {P} wrote] was the model for {F}.
        There were twelve viewers in the cinema.
        [The actors in {F!}] come from the theatre.
        """,
    ),
    "gadget": (
        """
        I bought {F} {@past}.
        {R} gave me {F!} for my birthday.
        I bought {F} in a small shop.
        I ordered {F} because the old gadget was broken.
        """,
        """
        We keep {F} in the kitchen.
        {R} keeps {F} in a cupboard.
        """,
        """
        Have you used {F}?
        {F} costs {#price} euros.
        I use {F} @every morning.
        {F} arrived in a small box.
        There was a manual in the box.
        {F} was designed by {P}.
        {R} has used {F} for two years.
        {R} asked me to buy {F}.
        [The box with the manuals] was on the table.
        [The shop that sells {F}] is in the old town.
        [The brothers who sell {F}] know {R}.
        I have two gadgets in my kitchen.
        {F~} is [the second gadget that I bought].
        When {F} arrived, {R} opened the box.
        """,
    ),
}

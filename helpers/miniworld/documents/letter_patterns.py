"""What letters say, as patterns (see ``helpers.miniworld.patterns``).

*I* and *you* are the writer and the reader; K is someone of the family, P a friend of both, O a
thing, T an animal, L the place the writer is in.
"""

OPENING = """
    Thank you for your letter.mail.
    I received your letter.mail {@past}.
    Your letter.mail arrived {@past}.
    How are you?
    I hope that you are {j.glad}.
    I was {r.deg} {j.glad} when your letter.mail came.
    I have wanted to write to you; for {#weeks} weeks.
    I am writing to you from {L!}.
    Thank you for [the {n.gift} that you sent me].
    [The parcel with the {n.small+s}] arrived {@past}.
    [The letter.mail+s that you sent] arrived {@past}.
    I must tell you the news.
    I have good news!
    """
NEWS = """
    {K} is {r.deg} {j.glad}.
    {K} has found a new job in {L!}.
    {K} works as a {n.job} now.
    {K} bought {O} {@past}.
    {K} has lost {O}.
    {K} is a {n.work} and lives in [a {n.home} near the {n.water}].
    {K} wants to become a {n.job}.
    {K} hopes to visit you in the {n.season}.
    {K} broke [the {n.breakable} that you gave me].
    {K} married [a {n.work} who lives near the {n.water}].
    {K} says that you are {j.kind}.
    {K} asked me whether you were {j.glad}.
    {K} has three {n.pet+s} now.
    {K} is learning the {n.instrument}.
    [The {n.person?} who live near us] are {j.person}.
    [The {n.person?} from the {n.building}] are {j.person}.
    [The {n.plant?} in our garden] are {j.plant}.
    [The {n.flower?} that you gave me] are {j.plant}.
    [The {n.building?} near our house] are {j.place}.
    [The key.lock+s to the {n.building}] are still in my {n.container}.
    [The {n.near?} in the garden] {v.beast:s} @every night.
    [The {n.person} who sold us the {n.pet+s}] is {j.person}.
    [The road to the {n.building+s}] is {j.road}.
    We have {T} now.
    Our {n.T} sleeps on my {n.seat}.
    Our {n.T} is {r.deg} {j.beast}, but we love {T*}.
    We went to [the {n.water} that you love].
    We visited [a {n.building} in {L!}].
    I am reading a {n.text} about/topic {n.animal+s}.
    I am healthy, but {K} is sick.
    I am not {j.sad}, although {K} is in {L!}.
    {P} came to our house {@past}.
    {P} is {j.person:er} than {K}.
    {P} sent me a {n.text}.
    {P} told us a {j.story} story.
    The weather is {j.weather} here.
    The weather was {j.weather} {@past}, and the sky is {j.sky} today.
    {@date}, we celebrated the birthday of {K!}.
    We eat {n.food+s} @every day.
    I cooked a {n.dish} because {K} was hungry.
    There was a {n.event} in {L!} {@past}.
    There are {#weeks} {n.near+s} in our garden.
    [Nobody in our family] likes {n.food+s}.
    {K}'s {n.quality} surprises me.
    I did not sleep because the {n.near+s} were loud.
    I can't find [the {n.small?} that you sent me].
    Our {n.room} is {j.place} now.
    [Everyone in our house] is {j.glad}.
    """
QUESTIONS = """
    Do you remember [the {n.person} who sold us {n.food+s}]?
    Do you remember [the {n.person+s} who lived near the {n.building}]?
    Do you like the {n.weather} in {L!}?
    Have you seen {P}?
    Have you found [the {n.small} that you lost]?
    Is {P} still {j.sad}?
    Are your {n.pet+s} {j.beast}?
    When will you visit us?
    Why don't you visit us in the {n.season}?
    Where did you buy [the {n.small} that you sent me]?
    How many {n.pet+s} do you have now?
    How long will you stay in {L!}?
    Which {n.text} did you read?
    Who lives in the old {n.home} now?
    Can you send me [the {n.text} that you wrote]?
    Can you lend me {O!}?
    Does your {n.kin} know {P}?
    Will you come to the {n.event} {@date}?
    """
WISHES = """
    I hope to see you soon.
    I think of you @every day.
    Write to me soon!
    Visit us in the {n.season}!
    Don't forget us!
    Don't forget the {n.event} {@date}!
    Greet {P} from me!
    {K} sends you a {n.gift}.
    I will send you {O!} soon.
    I will call you {@date}.
    We want to visit you in {L!}.
    I would be {j.glad} if you visited us.
    Thank you for the help.
    I thank you for [the advice that you gave {K}].
    Bring {O} when you come!
    If the weather is {j.weather}, we will visit the {n.water}.
    """

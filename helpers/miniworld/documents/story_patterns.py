"""What stories say, as patterns (see ``helpers.miniworld.patterns``).

A and B are two people, O an object that goes from hand to hand, Q someone known by what they are
(*an old woman*), T an animal, L the place. A plot is a list of steps in their order; of each step
one sentence or two are told. The past of a pattern is the tense of the story.
"""

LOST = (
    """
    {A} lived in {L!} and worked as a {n.job}.
    {A} had {O}.
    {A}'s {n.kin} had given {A*} {O!}.
    {A} always carried {O}.
    {@when}, {A} bought {O} in [a shop near {L!}].
    {A} was [a {n.job} who lived in {L!}].
    """,
    """
    {@when}, {A} lost {O}.
    {@when}, {A} noticed that {O} had disappeared.
    Someone had stolen {O} when {A} was in the {n.building}.
    {A} forgot {O} in the {n.building}.
    When {A} came home, {A} noticed that {O} was lost.
    {A} wondered whether {B} had taken {O}.
    """,
    """
    {A} looked for {O} in the {n.room}.
    {A} searched for {O} in every room of the house.
    {A} tried to find {O} but did not find {O*}.
    {A} looked for {O} under [the {n.furniture?} in the {n.room}].
    "Have {B2} seen {O}?" asked {A}.
    "Where is {O}?" asked {A}.
    {A} asked {B} whether {B*} had seen {O}.
    {A} asked [the {n.person?} who lived near the {n.building}].
    {A} was {j.sad} because {A*} needed {O}.
    """,
    """
    "{B1} saw {O} {@past}," said {B}.
    {B} said that {B*} had seen {O} in the {n.room}.
    "{B1} don't know," answered {B}.
    {B} promised to help {A}.
    "Don't forget {O}!" said {B}.
    "Who took {O}?" asked {B}.
    {B} knew [the {n.person} who had taken {O}].
    """,
    """
    {@later}, {B} found {O} behind [the {n.furniture} that {A} had bought].
    {@later}, {B} found {O} in a {n.container}.
    {@later}, {Q} brought {A} {O!}.
    {O} was in [the {n.container} that {B} had opened].
    {O} was found by {B}.
    {B} found {O} and gave {O*} to {A}.
    """,
    """
    {A} thanked {B}.
    {A} was {j.glad}, and {B} smiled.
    "{A1} will never lose {O} again," promised {A}.
    {A} hugged {B} because {A*} was so {j.glad}.
    {A} put {O} into a {n.container}.
    {A} decided to keep {O} in the {n.room}.
    """,
)
GIFT = (
    """
    {A} wanted to give {B} {O!} for {B*}'s birthday.
    {A} looked for a gift because {B} had a birthday.
    {A} knew that {B} needed {O}.
    {B} had always wanted {O}.
    [{A!} and {B!}] were friends.
    """,
    """
    {A} bought {O} in [the shop that belonged to {Q}].
    {Q} sold {A} {O!}.
    {A} paid {#price} euros for {O}.
    {A} had saved the money for {O}.
    {Q} showed {A} {O!}.
    """,
    """
    {@later}, {A} gave {B} {O!}.
    {A} gave {O} to {B}.
    {O} was given to {B} by {A}.
    {A} handed {B} {O!} and smiled.
    {A} sent {B} {O!}.
    """,
    """
    {B} was {j.glad}.
    "{B1} have always wanted {O}!" said {B}.
    {B} loved {O} because {O*} was so {j.nice}.
    {B} thought that {O} was {j.nice}.
    "What a {j.nice} gift!" said {B}.
    {B} thanked {A} for {O}.
    """,
    """
    {@later}, {B} lent {Q} {O!}.
    {@later}, {Q} borrowed {O}.
    {Q} wanted to borrow {O}, but {B} did not want to lend {Q*} {O!}.
    {@later}, {B} sold {O} to {Q}.
    {Q} asked {B} for {O}.
    {Q} admired [{O} that {A} had bought].
    {B} showed {Q} {O!}.
    """,
    """
    {Q} promised to return {O}.
    {@later}, {Q} brought {B} {O!} again.
    {Q} did not return {O}, and {B} was {j.sad}.
    "Where is {O}?" asked {A}.
    "{Q} has {O} now," explained {B}.
    {A} was not {j.sad} because {B} had lent {Q} {O!}.
    {B} hoped that {Q} liked {O}.
    """,
)
JOURNEY = (
    """
    {A} wanted to visit {B} in {L!}.
    {B} invited {A} to {L!}.
    {A} planned a journey to {L!}.
    {B} had moved to {L!}.
    {A} had not seen {B} for {#years} years.
    {A} dreamed of [the {n.nature+s} near {L!}].
    """,
    """
    {@when}, {A} went to the station.
    {A} travelled to {L!} with {Q}.
    The {n.vehicle} was late, and {A} waited.
    {A} waited for the train.railway.
    The train.railway was full of {n.person+s}.
    [The {n.person?} beside {A}] read a {n.text}.
    [The train.railway that {A} had missed] arrived in the evening.
    {A} read [a {n.text} that {B} had sent {A*}].
    """,
    """
    [The {n.vehicle?} in the station] were {j.vehicle}.
    During the journey, {A} talked to {Q}.
    {A} looked at [the {n.nature+s} behind the window].
    {A} saw [a {n.building} that stood near the {n.water}].
    [The road that led to {L!}] was {j.road}.
    "How long will the journey last?" asked {A}.
    "Do {A2} live in {L!}?" asked {Q}.
    {Q} told {A} a story.
    {A} slept until {A*} reached {L!}.
    """,
    """
    {@later}, {A} arrived in {L!}.
    {B} waited for {A} at the station.
    {B} greeted {A} {r.manner}.
    {A} was tired when {A*} reached {L!}.
    "{B1} am so happy!" said {B}.
    {B} hugged {A}.
    """,
    """
    {B} cooked a {n.dish} for {A}.
    [{A!} and {B!}] visited [the {n.building?} behind the {n.building}].
    {B} showed {A} [the {n.nature} that {B*} loved].
    [{A!} and {B!}] walked to the {n.water}.
    [The {n.building?} near the {n.water}] were {j.place}.
    {A} gave {B} {O!}.
    [{A!} and {B!}] talked about [the {n.person} who had taught {A}].
    [{A!} and {B!}] ate a {n.dish} in a restaurant.
    """,
    """
    {A} stayed for {#years} days.
    {A} did not want to leave {L!}.
    {@later}, {A} went home.
    {A} hoped to see {B} again.
    "Will {A2} come again?" asked {B}.
    "{A1} will write {B2} a letter.mail," said {A}.
    """,
)
ANIMAL = (
    """
    {A} had {T}.
    {T} lived with {A} in {L!}.
    {A} found {T} behind a {n.building}.
    {B} gave {A} {T}.
    {T} belonged to {A}.
    {A} cared for {T} because {T*} was {j.beast}.
    """,
    """
    {@when}, {T} escaped.
    {@when}, {T} disappeared because the gate was open.
    {T} ran into the {n.wild}.
    {T} chased [a {n.near} that lived near the {n.water}].
    {T} was {j.beast} and did not come home.
    [{T} that belonged to {A}] was {j.beast}.
    """,
    """
    {A} followed {T}, but {T} was faster.
    {A} looked for {T} in the {n.wild}.
    "Have {B2} seen {T}?" asked {A}.
    {A} asked [the {n.person?} in the {n.wild}].
    {A} called {B} because {A*} needed help.
    {A} feared that {T} was dead.
    """,
    """
    [The {n.animal+s} that {A} met in the {n.wild}] were {j.beast}.
    [The {n.person} who owned the {n.pet+s}] helped {A}.
    [The {n.animal?} behind the {n.building?}] {v.beast:d}.
    {B} saw [the {n.near} that {T} had chased].
    "{T} is in the {n.building}," said {B}.
    {Q} had seen {T} near the {n.water}.
    {B} told {A} that {T} was in the {n.wild}.
    """,
    """
    {@later}, {A} found {T} under a {n.tree}.
    {B} caught {T} and brought {T*} to {A}.
    {T} was found by {Q}.
    {T} slept in [the barn that {B} had built].
    {Q} rescued {T} from the {n.water}.
    {T} was hungry, and {A} gave {T*} {n.food+s}.
    """,
    """
    {A} was {j.glad} because {T} was not dead.
    {A} fed {T} and closed the gate.
    {A} thanked {B}.
    {T} never escaped again.
    "{T} is {j.beast}, but {A1} love {T*}," said {A}.
    {T} slept on [the {n.seat} that {A} loved].
    """,
)
SECRET = (
    """
    {A} found {O} in [the {n.container} that {B} had left].
    {A} bought [an old {n.furniture} that had belonged to {Q}].
    There was an old chest.box in the {n.room}.
    {A} lived in [a house that {Q} had built].
    {A} moved to {L!}.
    """,
    """
    {@when}, {A} discovered {O} under the floor.
    {@when}, {A} opened the {n.container} and found {O}.
    There was a note.message in the {n.container}.
    {O} was hidden in [the {n.container} behind the {n.furniture?}].
    {A} did not know [the {n.person} who had hidden {O}].
    The note.message said that {Q} had hidden {O}.
    """,
    """
    {A} showed {B} {O!}.
    "Who hid {O}?" asked {B}.
    "{A1} found {O} in a {n.container}," explained {A}.
    {A} wanted to know the truth.
    {A} told {B} [the secret that {A*} had discovered].
    {A} tried to forget {O}, but {A*} dreamed of {O*}.
    {B} thought that {O} was {j.nice}.
    "Is {O} {j.nice}?" asked {B}.
    """,
    """
    [{A!} and {B!}] visited {Q}.
    {A} wrote {Q} a letter.mail.
    {A} decided to ask {Q}.
    {B} believed that {O} belonged to {Q}.
    [{A!} and {B!}] went to the {n.building}.
    [The {n.person?} in the {n.building}] knew {Q}.
    [The key.lock+s to the {n.building}] were in a {n.container}.
    """,
    """
    "{Q1} hid {O} {@past}," confessed {Q}.
    {Q} said that {Q*} had hidden {O} because of a {n.person}.
    {Q} told {A} a {j.story} story.
    {O} had belonged to [the {n.person} whom {Q} had loved].
    {Q} wanted to have {O} again.
    {Q} cried when {Q*} saw {O}.
    """,
    """
    {A} gave {Q} {O!}.
    {A} sold {O} to [the {n.person} who lived in {L!}].
    {A} kept {O}.
    {Q} thanked [{A!} and {B!}].
    {A} never told anyone [the secret that {A*} had discovered].
    "{A2} can keep {O}," said {Q}.
    {A} was {j.glad} because {A*} knew the truth.
    """,
)
CONTEST = (
    """
    {A} wanted to win the {n.contest}.
    {A} was [a {n.player} who loved {n.contest+s}].
    {A} train.practise:d with {B}.
    {B} was the coach.trainer of {A}.
    {A} had lost the {n.contest}.
    """,
    """
    {@when}, the {n.contest} began.
    {A} was nervous because {Q} was the rival.
    [The {n.person+s} in the stadium] were {j.crowd}.
    [The {n.person?} who had come from {L!}] sang.
    "{A1} am nervous," whispered {A}.
    "{A2} will win," said {B}.
    {B} believed that {A} was stronger than {Q}.
    """,
    """
    {Q} was {j.person:er} than {A}.
    {A} fell, but {A*} did not lose hope.
    The rain did not stop {A}.
    {A} tried to be calm.
    [The {n.player?} beside {A}] were {j.person}.
    {A} was faster than [the {n.player+s} who knew {Q}].
    The crowd shouted when {Q} fell.
    """,
    """
    {A} won the {n.contest}.
    {A} lost the {n.contest}, but {B} was proud.
    {Q} won because {A} was tired.
    The jury awarded {A} a prize.
    [The prize that {A} won] was {j.nice}.
    {B} smiled when {A} won the prize.
    """,
    """
    {A} gave {B} the {n.prize}.
    {B} congratulated {A} on the prize.
    "{A1} want to sleep now," said {A}.
    {A} decided to train.practise again.
    [{A!} and {B!}] celebrated in a restaurant.
    {Q} congratulated {A} on the {n.prize}.
    """,
)
REPAIR = (
    """
    {A} needed {D} because {A*} was a {n.job}.
    {A} bought {D}.
    {D} had belonged to {A}'s {n.kin}.
    {A} owned {D}.
    """,
    """
    {@when}, {D} broke.
    {@when}, {D} did not function.
    {D} rattled, and {A} was {j.sad}.
    There was [a problem that {A} did not understand].
    {A} noticed that {D} was broken.
    "Why does {D} rattle?" asked {A}.
    """,
    """
    {A} looked for [a {n.fixer} who had repaired {B!}'s {n.vehicle}].
    {A} called {Q}.
    {A} asked {B} to repair {D}.
    {A} did not know [the {n.fixer} who had built {D}].
    {A} wanted to sell {D}, but nobody wanted {D*}.
    """,
    """
    {Q} came and examined {D}.
    {Q} said that {D} was too old.
    {Q} opened {D} and found [a {n.small} that {B} had lost].
    {Q} needed [the {n.tool?} that {A} had lent {B}].
    {B} held [the {n.tool?} that {Q} needed].
    {Q} repaired {D} with/means a {n.tool}.
    {D} was repaired by {Q}.
    """,
    """
    {@later}, {D} functioned again.
    {A} paid {#price} euros.
    {A} was {j.glad} because {D} did not rattle.
    {A} thanked {Q} for the help.
    "{A1} can't pay the bill," said {A}.
    "{D} will not break again," promised {Q}.
    {Q} forgot [the {n.tool?} under {D}].
    """,
)
WORK = (
    """
    {A} worked as a {n.job} in {L!}.
    {A} was a {n.job}, and {B} was a {n.job2}.
    {A} wanted to become a {n.job}.
    {B} employed {A} because {A*} was {j.kind}.
    {A} had worked for {B} for {#years} years.
    """,
    """
    [The {n.job?} who worked for {B}] were {j.person}.
    [The {n.person?} who knew {A}] respected {A*}.
    {A} loved the work, although {B} was {j.boss}.
    {@when}, {A} made a mistake.
    {@when}, {A} forgot an important meeting.
    {@when}, {A} lost [the {n.small?} that belonged to {B}].
    """,
    """
    {B} scolded {A}.
    {B} was angry and did not speak with {A}.
    "Why did {A2} forget the meeting?" asked {B}.
    "{A1} regret the mistake," said {A}.
    {A} tried to explain the mistake.
    {A} admitted that {A*} had made a mistake.
    {B} asked [the {n.job?} who had seen the mistake].
    """,
    """
    {A} wanted to leave {L!}.
    {A} hid {O} in the {n.room}.
    {Q} defended {A}.
    "{A1} want to work in {L!}," said {A}.
    {A} looked for [a {n.person} who wanted to help {A*}].
    [The {n.person?} in the {n.building}] were sad because {A} wanted to leave.
    """,
    """
    {@later}, {B} forgave {A}.
    {B} gave {A} {O!}.
    {B} said that {A} was [the {j.person:est} {n.job} in {L!}].
    {A} decided to stay.
    {A} was {j.glad}, and {B} was {j.glad}.
    {A} became [a {n.job} whom everyone respected].
    """,
)
PLOTS = (LOST, GIFT, JOURNEY, ANIMAL, SECRET, CONTEST, REPAIR, WORK)

# Between the steps: weather, place, and what agreement looks like across a distance.
WEATHER = """
    The sun shone.
    The sun shone, and the sky was {j.sky}.
    The weather was {j.weather}.
    The wind blew, and the rain fell.
    The snow covered the {n.wild+s}.
    In the morning, the weather was {j.weather}.
    There was a storm in the night.
    [The {n.nature?} near {L!}] were {j.place}.
    The night was {j.weather:er} than the day.
    The air was {j.air}, and the {n.bird+s} sang.
    [The clouds over {L!}] were {j.cloud}.
    A fog covered the {n.nature}.
    The winter was cold in {L!}.
    [The leaves of the {n.tree?}] were {j.leaf}.
    After the storm, [the roof of the {n.building?}] was broken.
    """
AGREEMENT = """
    [The {n.person?} who knew the {n.person?}] {v.act:d}.
    [The {n.person?} who {v.deal:d} the {n.person?}] {v.deed:d}.
    [The {n.person?} who {v.deal:d} the {n.person?}] {v.act:d}.
    [The {n.person?} who {v.deal:d} the {n.person?}] {v.do:d} the {n.done?}.
    [The {n.person?} who {v.deal:d} the {n.person?}] were {j.person}.
    [The {n.person?} who {v.deal:d} [the {n.person?} near the {n.building?}]] {v.deed:d}.
    [The {n.person?} who {v.deal:d} [the {n.person?} near the {n.furniture?}]] {v.act:d}.
    [The {n.person?} that the {n.person?} {v.deal:d}] {v.deed:d}.
    [The {n.person?} that the {n.person?} {v.deal:d}] {v.act:d}.
    [The {n.person?} that the {n.person?} {v.deal:d}] {v.do:d} the {n.done?}.
    [The {n.person?} that the {n.person?} {v.deal:d}] {v.deal:d} {A}.
    [The {n.person?} that [the {n.person?} beside the {n.building?}] {v.deal:d}] {v.deed:d}.
    [The {n.person?} that [the {n.person?} near the {n.vehicle?}] {v.deal:d}] {v.act:d}.
    [The {n.person?} whom {A} had met] {v.act:d} {r.manner}.
    [The {n.person?} whom {A} had met] {v.deal:d} the {n.person?}.
    [The {n.person?} beside the {n.person?}] {v.do:d} the {n.done?}.
    [The {n.person?} beside the {n.furniture?}] {v.deed:d}.
    [The {n.person?} opposite the {n.building?}] {v.deal:d} the {n.person?}.
    [The {n.person?} opposite the {n.vehicle?}] {v.do:d} the {n.done?}.
    [The {n.person?} near the {n.building?}] {v.do:d} the {n.done?}.
    [The {n.person?} near the {n.furniture?}] {v.act:d}.
    [The {n.person?} behind the {n.vehicle?}] {v.deed:d}.
    [The {n.person?} behind the {n.building?}] {v.do:d} the {n.done?}.
    [The {n.person?} near the {n.furniture?} beside the {n.furniture?}] {v.deed:d}.
    [The {n.person?} behind the {n.vehicle?} near the {n.building?}] {v.do:d} the {n.done?}.
    [The {n.person?} near the {n.vehicle?}] were {v.do:ing} the {n.done?}.
    [The {n.person?} who {v.deal:d} the {n.person?}] had {v.do:en} the {n.done?}.
    The {n.person?} {v.deed:d}.
    The {n.person?} {v.act:d}.
    The {n.person?} {v.do:d} the {n.done?}.
    The {n.person?} {v.deal:d} the {n.person?}.
    A {n.person} {v.deed:d}.
    Another {n.person} {v.act:d}.
    This {n.person?} {v.do:d} the {n.done?}.
    That {n.person?} {v.deal:d} the {n.person?}.
    Every {n.person} {v.deed:d}.
    Each {n.person} {v.act:d}.
    This {n.person?} {v.deed:d}.
    That {n.person?} {v.act:d}.
    Both {n.person+s} {v.do:d} the {n.done?}.
    Several {n.person+s} {v.deal:d} {B}.
    Many {n.person+s} {v.act:d}.
    Two {n.person+s} {v.do:d} the {n.done?}.
    [A {n.person} near the {n.furniture?}] {v.act:d}.
    [This {n.person?} behind the {n.building?}] {v.do:d} the {n.done?}.
    [Every {n.person} near the {n.vehicle?}] {v.deed:d}.
    [This {n.person?} beside the {n.furniture?}] {v.act:d}.
    [Several {n.person+s} opposite the {n.building?}] {v.do:d} the {n.done?}.
    [Both {n.person+s} behind the {n.vehicle?}] {v.deed:d}.
    [A {n.person} who {v.deal:d} the {n.person?}] {v.act:d}.
    [That {n.person?} that the {n.person?} {v.deal:d}] {v.do:d} the {n.done?}.
    [Every {n.person} who {v.deal:d} the {n.person?}] {v.do:d} the {n.done?}.
    [Many {n.person+s} that the {n.person?} {v.deal:d}] {v.deed:d}.
    [This {n.person?} who {v.deal:d} the {n.person?}] {v.act:d}.
    [That {n.person?} that the {n.person?} {v.deal:d}] {v.act:d}.
    [The {n.person?} near that {n.furniture?}] {v.deed:d}.
    [The {n.person?} beside this {n.vehicle?}] {v.do:d} the {n.done?}.
    [The {n.person?} with the {n.clothes?}] {v.act:d}.
    [The {n.person?} with the {n.pet?}] greeted {A}.
    [The {n.person?} near the {n.building?}] {v.act:d}.
    [The {n.small?} in the {n.container?}] belonged to {A}.
    [The {n.small?} on the {n.furniture?}] were {j.thing}.
    [The {n.small?} that {A} had put on the {n.furniture}] were {j.thing}.
    [The {n.animal?} behind the {n.building?}] {v.beast:d}.
    [The {n.animal?} that the {n.person?} feared] {v.beast:d}.
    [The {n.animal?} that feared the {n.person?}] {v.beast:d}.
    [The {n.animal?} in the {n.wild?}] were {j.beast}.
    [The {n.building?} near the {n.nature?}] were {j.place}.
    [The {n.building?} that the {n.person?} had built] were {j.place}.
    [The door of the {n.building?}] was open.
    [The windows of the {n.building?}] were open.
    [The {n.flower?} in the {n.container?}] were {j.plant}.
    [The {n.food?} on the {n.furniture?}] tasted {j.food}.
    [The {n.vehicle?} behind the {n.building?}] belonged to {B}.
    [The {n.person?} who lived with the {n.pet?}] were {j.person}.
    [The key.lock+s to the {n.building}] were in a {n.container}.
    [The key.lock to the {n.building+s}] was in the {n.room}.
    [The {n.person?} from {L!}] {v.act:d}.
    [The {n.text?} about/topic the {n.animal?}] belonged to {B}.
    {A} saw [the {n.person?} who had found the {n.small?}].
    {B} knew [the {n.person?} who fed the {n.pet?}].
    Everyone knew [the {n.person} who {v.act:d} in the {n.building}].
    [The {n.person}, who knew [{A!} and {B!}],] {v.act:d}.
    """
ASIDES = """
    {A} {v.self:d} {A*}.
    {A} never {v.self:d} {A*}.
    {A} did not {v.do} anything.
    {A} {v.do:d} nothing.
    {A} did not {v.deal} anyone.
    {A} {v.deal:d} nobody.
    {A} might {v.do} the {n.done?}.
    {A} {v.do:d} that {n.done}.
    The {n.person?} {v.do:d} this {n.done+s}.
    What did the {n.person?} {v.do}?
    The {n.person?} should {v.do} the {n.done?}.
    The {n.person?} had {v.do:en} the {n.done?}.
    The {n.person?} were {v.do:ing} the {n.done?}.
    There was much {n.drink} in the {n.room}.
    The {n.person?} were {j.person:er} than the {n.person?}.
    The {j.person} {n.person?} {v.do:d} the {n.done?}.
    {A} was {j.person:er} than {B}.
    {A} was as {j.person} as {B}.
    {A} was {j.person}.
    {A} was {r.deg} {j.person}.
    {A} was {j.person:er} than {B}.
    {A} was as {j.person} as {B}.
    {B} was not {j.person}.
    {B} was {A}'s {j.person:est} friend.
    {A} wore a {j.clothes} {n.clothes}.
    {B} wore [a {n.clothes} that {A} had made].
    {A} loved {n.animal+s} but feared {n.animal+s}.
    {A} had [three {n.pet+s} and a {n.pet}].
    {A} ate a {n.dish} and drank {n.drink}.
    {A} was hungry because {A*} had not eaten a {n.dish}.
    {B} {v.act:d} {r.manner}.
    [{A!} and {B!}] {v.act:d}.
    [{A!} and {B!}] {v.act:d} and {v.act:d}.
    [{A!} and {B!}] {v.act:d} {r.manner}.
    [{A!} and {B!}] {v.do:d} the {n.done?}.
    The {n.person?} {v.act:d} and {v.act:d}.
    The {n.person?} {v.act:d} while {A} {v.act:d}.
    {A} {v.act:d} while the {n.person?} {v.act:d}.
    [The {n.building+s} in {L!}] were {j.place}.
    There was a {n.building} in {L!}.
    There were many {n.building+s} in {L!}.
    There was [a {n.person} who {v.act:d}].
    [Nobody in {L!}] {v.act:d}.
    Most of the {n.person+s} {v.act:d}.
    Some of the {n.person+s} were {j.person}, but most of the {n.person+s} were {j.person}.
    None of the {n.person+s} {v.act:d}.
    Few {n.person+s} lived in {L!}.
    One of the {n.person+s} {v.act:d}.
    Every {n.person} knew {A}.
    Each of the {n.animal+s} was {j.beast}.
    {B}'s {n.quality} surprised {A}.
    {A} hated {n.quality} and loved {n.quality}.
    "{A1} am {j.person}," said {A}.
    "Are {B2} {j.person}?" asked {A}.
    "{B1} am not {j.person}," said {B}.
    {B} said, "{B1} want to visit the {n.building}."
    {A} thought that {B} was {j.person}.
    {A} told {B} that the {n.animal+s} were {j.beast}.
    {A} did not believe that {B} was {j.person}.
    Was {A} {j.person}?
    What did {A} want?
    Why was {A} so {j.person}?
    Who knew {A}?
    Where was {A}?
    {A} drank some {n.drink} because {A*} was thirsty.
    {A} sang, and {B} played the {n.instrument}.
    {B}'s {n.kin} {v.act:d}.
    [{A}, who was a {j.person} {n.job},] {v.act:d}.
    [{B}, who knew [the {n.person+s} in {L!}],] {v.act:d}.
    If {B} had time, {B*} played the {n.instrument}.
    Before {A} went home, {A*} bought [a {n.dish} and {n.drink}].
    After {A} had eaten, {A*} {v.act:d}.
    """

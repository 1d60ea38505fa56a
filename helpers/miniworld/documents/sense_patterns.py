"""Ambiguous words in sentences that fit one of their senses, a sense a block.

A is someone with a name; the past is the tense of the text.
"""

SENSES = {
    "bank.money": """
        The money is in the bank.money.
        {A} worked in a bank.money.
        [The manager of the bank.money] offered {A} a loan.
        """,
    "bank.river": """
        Ducks slept on the grassy bank.river.
        {A} sat on the bank.river of the river.
        Willows grew on the bank.river of the river.
        """,
    "bark.dog": """
        Our dogs bark.dog at the postman.
        The dog bark.dog:d at the thief.
        {A}'s dogs bark.dog:d loudly because a cat was in the garden.
        """,
    "bark.tree": """
        [The bark.tree of the oak] was rough.
        A snail crawled on the wet bark.tree of the beech.
        """,
    "bat.animal": """
        A bat.animal slept in the cave.
        The owl hunted a bat.animal.
        """,
    "bat.club": """
        The coach bought a wooden bat.club.
        {A} bought a new bat.club for the competition.
        """,
    "bow.bend": """
        The actors bow.bend to the audience.
        Servants bow.bend before the queen.
        Pianists bow.bend politely after concerts.
        Guests bow.bend when the emperor enters.
        """,
    "bow.ribbon": """
        The dress has a silk bow.ribbon.
        Put a bow.ribbon on the present.
        """,
    "bow.weapon": """
        The archer drew {A}'s bow.weapon.
        The archer lifted the bow.weapon.
        The hunter needed a bow.weapon because the deer was fast.
        """,
    "branch.office": """
        Customers visited the new branch.office.
        The company opened a branch.office in the town.
        {A} was the manager of a small branch.office.
        """,
    "branch.tree": """
        The bird sat on a branch.tree.
        Apples hung from the low branch.tree.
        Snow covered each branch.tree.
        """,
    "cell.biology": """
        We saw the cell.biology under a microscope.
        The biologist examined a cell.biology under the microscope.
        """,
    "cell.prison": """
        Three thieves shared a cell.prison.
        The thief slept in a cell.prison.
        [The prisoners in the cell.prison] wanted to escape from the prison.
        """,
    "chest.body": """
        {A} felt pain in {A*}'s chest.body.
        The doctor listened to {A}'s chest.body.
        {A} felt a pain in the chest.body.
        """,
    "chest.box": """
        The pirates buried a chest.box of gold.
        {A} opened the lid of the chest.box.
        An old chest.box stood in the attic.
        The chest.box contained silver coins.
        """,
    "coach.bus": """
        The tourists waited for the coach.bus.
        [The driver of the coach.bus] was tired.
        """,
    "coach.trainer": """
        Our team has a new coach.trainer.
        [The coach.trainer of the footballers] was angry.
        The team respected the coach.trainer.
        """,
    "crack.drug": """
        The dealer sold crack.drug behind the station.
        The policeman found crack.drug in a suitcase.
        The dealer wanted to sell crack.drug.
        """,
    "crack.gap": """
        The earthquake left a crack.gap along the wall.
        There was a crack.gap in the wall.
        [The crack.gap+s in the ceiling] were narrow.
        A spider lived in the crack.gap.
        """,
    "crack.joke": """
        The comedian made a crack.joke about politicians.
        {A}'s silly crack.joke offended the whole audience.
        Nobody laughed at {A}'s rude crack.joke.
        My uncle made a crack.joke about the bride.
        """,
    "date.day": """
        {A} wrote the date.day on the envelope.
        {A} did not know the date.day of the wedding.
        """,
    "date.fruit": """
        {A} ate a dried date.fruit.
        This date.fruit is sweet and sticky.
        The stone of a date.fruit is hard.
        {A} ate a sweet date.fruit after dinner.
        [The date.fruit+s on the plate] were sweet.
        """,
    "duck.bird": """
        The duck.bird swam across the pond.
        The duck.bird has green feathers.
        """,
    "duck.lower": """
        Duck.lower when the ball comes.
        The spies duck.lower behind a wall.
        {A} had to duck.lower {A*}'s head quickly.
        """,
    "fair.rides": """
        The children went to the fair.rides.
        {A} won a doll at the fair.rides.
        """,
    "fair.trade": """
        The publishers met at the fair.trade.
        The company showed the new machines at the fair.trade.
        """,
    "file.data": """
        Save the file.data on your computer.
        {A} lost a file.data because the computer was broken.
        """,
    "file.tool": """
        The blacksmith needed a file.tool.
        {A} used a file.tool because the metal was rough.
        """,
    "fly.insect": """
        There is a fly.insect in my soup.
        The spider caught a fly.insect.
        [The fly.insect+s in the kitchen] were annoying.
        """,
    "fly.move": """
        Eagles fly.move above the clouds.
        The eagles fly.move:d over the mountain.
        The swan fly.move:d very well.
        """,
    "key.lock": """
        {A} turned the key.lock in the lock.
        {A} opened the door with/means a key.lock.
        [The key.lock+s to the cabinet] were in the drawer.
        """,
    "key.piano": """
        One key.piano of the piano is silent.
        The pianist touched a white key.piano.
        [The key.piano+s of the piano] were dirty.
        """,
    "letter.alphabet": """
        Each letter.alphabet stands for a sound.
        {A} learned the letter.alphabet+s at school.
        [The letter.alphabet+s of the word] were large.
        """,
    "letter.mail": """
        The postman brought a letter.mail.
        Put the letter.mail into the envelope.
        I wrote a letter.mail to my aunt.
        """,
    "light.brightness": """
        Bright light.brightness came through the window.
        {A} read by the light.brightness of a candle.
        """,
    "light.ignite": """
        Wet wood is hard to light.ignite.
        {A} light.ignite:d a candle because the room was dark.
        The guard light.ignite:d the torch.
        """,
    "match.fire": """
        The match.fire burned {A}'s fingers.
        One match.fire was left in the box.
        A wet match.fire never burns.
        """,
    "match.fit": """
        The curtains match.fit the sofa perfectly.
        That scarf should match.fit the coat.
        Both colours match.fit very well.
        """,
    "match.game": """
        Our team won the match.game.
        The referee stopped the match.game early.
        """,
    "mine.bomb": """
        Soldiers buried the mine.bomb at night.
        [The mine.bomb that the soldiers had buried] was dangerous.
        The tractor was destroyed by a mine.bomb.
        """,
    "mine.coal": """
        Gold was found in that mine.coal.
        The miners worked in the mine.coal.
        {A} found gold in the old mine.coal.
        """,
    "mouse.animal": """
        The cat chased a mouse.animal.
        The cat ate a mouse.animal.
        [The mouse.animal that ate the cheese] was hungry.
        """,
    "mouse.computer": """
        My laptop needs a new mouse.computer.
        {A} bought a mouse.computer for the laptop.
        [The mouse.computer beside the keyboard] was broken.
        """,
    "nail.finger": """
        [The nail.finger+s of the fingers] were dirty.
        {A} cut a nail.finger because the nail.finger was long.
        """,
    "nail.metal": """
        The picture hangs on a nail.metal.
        [The nail.metal+s in the wall] were rusty.
        """,
    "note.message": """
        {A} left a note.message on the table.
        I found your note.message under the door.
        {A}'s secretary wrote a short note.message.
        Read the note.message on the fridge.
        """,
    "note.music": """
        The singer held the high note.music.
        {A} played a wrong note.music on the piano.
        The melody ends on a low note.music.
        Every note.music of the violin was clear.
        """,
    "organ.body": """
        The skin is our largest organ.body.
        The heart is an organ.body.
        The surgeon examined a sick organ.body.
        """,
    "organ.music": """
        {A} repaired the church's organ.music.
        {A} played the organ.music in the church.
        [The organ.music in the cathedral] was old.
        """,
    "palm.hand": """
        {A} hid the coin in {A*}'s palm.hand.
        {A} wrote the number on {A*}'s palm.hand.
        The witch looked at [the palm.hand of {A}'s hand].
        """,
    "palm.tree": """
        We lay under a palm.tree on the beach.
        [The palm.tree+s on the beach] were tall.
        {A} rested under a palm.tree.
        """,
    "park.green": """
        We walked through the green park.green.
        Children played in the park.green.
        """,
    "park.vehicle": """
        Drivers park.vehicle in the narrow street.
        Taxis park.vehicle beside the station.
        """,
    "pitch.field": """
        The footballers ran across the pitch.field.
        [The grass on the pitch.field] was wet.
        """,
    "pitch.sound": """
        {A}'s voice has a high pitch.sound.
        The choir sang at the right pitch.sound.
        """,
    "pitch.throw": """
        {A} learned to pitch.throw at school.
        {A} pitch.throw:d the ball very well.
        """,
    "plant.factory": """
        The workers went to the plant.factory.
        The company closed the plant.factory.
        """,
    "plant.flora": """
        The plant.flora has green leaves.
        A plant.flora needs sunlight.
        """,
    "plant.sow": """
        We will plant.sow an oak there.
        {A} plant.sow:d tulips in the garden.
        The farmers plant.sow:d potatoes.
        """,
    "racket.noise": """
        The neighbours made a terrible racket.noise.
        Nobody slept through the racket.noise.
        The drums caused a racket.noise.
        """,
    "racket.sport": """
        {A} held the racket.sport with both hands.
        The tennis player broke the racket.sport.
        """,
    "ring.boxing": """
        The boxer climbed into the ring.boxing.
        Fans shouted around the ring.boxing.
        The referee stood in the ring.boxing.
        """,
    "ring.jewel": """
        {A} put the ring.jewel on {A*}'s finger.
        My grandmother lost {A}'s wedding ring.jewel.
        The bride wore a silver ring.jewel.
        """,
    "ring.sound": """
        Alarm clocks ring.sound too loudly.
        The telephone ring.sound:d in the night.
        The bells ring.sound:d loudly.
        """,
    "scale.climb": """
        Two soldiers tried to scale.climb the tower.
        The climbers scale.climb:d the mountain.
        {A} tried to scale.climb the wall of the castle.
        """,
    "scale.fish": """
        The lizard lost a green scale.fish.
        [The scale.fish+s of the salmon] were shiny.
        {A} found a scale.fish on the trout.
        """,
    "scale.measure": """
        Pain is measured on a scale.measure.
        {A} measured the temperature on a scale.measure.
        """,
    "seal.animal": """
        [The seal.animal+s in the sea] swam quickly.
        The polar bear hunted a seal.animal.
        """,
    "seal.close": """
        {A} seal.close:d the envelope.
        The cook seal.close:d the jar.
        """,
    "seal.stamp": """
        The king put a seal.stamp on the letter.mail.
        [The seal.stamp on the contract] was red.
        """,
    "season.spice": """
        Season.spice the soup with salt.
        The cook season.spice:d the soup.
        {A} season.spice:d the meat with/means salt.
        """,
    "season.time": """
        The rainy season.time lasts four months.
        Winter is the coldest season.time.
        Farmers fear the dry season.time.
        """,
    "spring.coil": """
        This toy has a metal spring.coil.
        [The spring.coil+s of the sofa] were rusty.
        {A} repaired the spring.coil of the old clock.
        """,
    "spring.jump": """
        {A} had to spring.jump to {A*}'s feet.
        The cat may spring.jump from the roof.
        """,
    "spring.season": """
        Tulips bloom in early spring.season.
        After the winter, the spring.season came.
        """,
    "spring.water": """
        The monks found a hidden spring.water.
        {A} drank the water from the spring.water.
        There was a spring.water in the mountains.
        """,
    "star.celebrity": """
        The fans waited for the star.celebrity.
        [The star.celebrity of the film] was rich.
        """,
    "star.sky": """
        A bright star.sky shone in the sky.
        The star.sky+s shone in the night.
        The astronomer observed a bright star.sky.
        """,
    "tank.container": """
        Fuel leaked from the tank.container.
        Our car's tank.container is empty.
        Rain is collected in a tank.container.
        """,
    "tank.vehicle": """
        The army sent a tank.vehicle into battle.
        Soldiers hid behind the burning tank.vehicle.
        """,
    "tie.clothing": """
        {A} wore a silk tie.clothing.
        {A} gave {A*}'s father a tie.clothing.
        """,
    "tie.draw": """
        Both teams accepted the tie.draw.
        The match ended with a tie.draw.
        Both teams were disappointed by the tie.draw.
        """,
    "tie.fasten": """
        Tie.fasten the rope to the post.
        The sailor tie.fasten:d the rope to the boat.
        {A} tie.fasten:d the dog to the gate.
        """,
    "train.practise": """
        The athletes train.practise:d hard.
        The runners train.practise:d @every morning.
        """,
    "train.railway": """
        The train.railway left the station late.
        A fast train.railway crossed the bridge.
        We missed the last train.railway home.
        """,
    "trunk.elephant": """
        A trunk.elephant is a very long nose.
        The elephant lifted the trunk.elephant.
        [The trunk.elephant of the elephant] was long.
        """,
    "trunk.tree": """
        Moss covered the trunk.tree.
        The axe damaged the trunk.tree of the oak.
        """,
    "watch.clock": """
        {A} wore a gold watch.clock.
        {A} looked at the watch.clock because the bus was late.
        [The watch.clock+s in the shop] were expensive.
        """,
    "watch.look": """
        We watch.look films @every weekend.
        Tourists watch.look the dolphins from the boat.
        {A} watch.look:d the birds in the garden.
        """,
    "wave.hand": """
        {A} wave.hand:d when the train.railway left the station.
        The children wave.hand:d at the station.
        """,
    "wave.sea": """
        The wave.sea+s were high.
        The boat sank because of a huge wave.sea.
        """,
}

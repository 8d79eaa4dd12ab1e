# Edited prompts, several paintings at once, and starting pictures.

button-edit = Edit
button-pick = Show
edit-title = Edit the prompt
edit-how = Change the prompt to paint it again with the other options unchanged. Options in the prompt take precedence: --size wide, --seed 7.
edit-label = Prompt
telegram-edit-how = reply to this with the new prompt; everything else stays the same. Tap the old one to copy it:

## Several at once

command-paint-count = How many, up to 4, in one message to pick from; each counts as one painting.
grid-title =
    { $count ->
        [0] Nothing was painted
        [one] Painted: one to look at
       *[other] Painted: { $count } to pick from
    }
grid-under-way = { $count } of { $of } are painted

## Starting pictures, and styles

command-paint-strength = How much of the starting picture to keep, in percent.
command-paint-style = One of the word lists’ styles, such as Cubist.
refusal-strength = strength says how much of a starting picture to keep; attach the picture.

## /describe

command-describe = Say what a picture shows, with a prompt to paint it from.
command-describe-picture = The picture.
button-paint = Paint this
describe-asked = I am asked what a picture shows.
describe-running = Looking at the picture
describe-title = What I see
describe-text =
    { $prompt }

    This is a guess from the word lists. Press Paint this for a painting of it.
describe-alt = The picture, described as { $subject }
describe-failed = Not described
field-others = Or perhaps
field-colours = Colours
refusal-describe-picture = /describe needs a picture: attach a PNG, JPEG, WebP or GIF, or reply to one with /describe.
menu-describe = Describe picture

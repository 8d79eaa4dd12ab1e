# What is said of rounds and of /random beside the rest.

muse-learned =
    { $count ->
        [one] The wording follows a prompt that won.
       *[other] The wording follows { $count } prompts that won.
    }
round-preselect = Of the paintings that enter automatically, a program picks the { $share } % that it rates highest; members may still enter their own paintings.
withdrawn = This painting is no longer shown.

command-stats = Who painted and voted most lately, and who voted early for winners.
stats-title = The last 30 days
stats-own = { $count ->
    [0] You asked for no paintings in the last { $days } days.
    [one] You asked for one painting in the last { $days } days.
   *[other] You asked for { $count } paintings in the last { $days } days.
    }
stats-painters = Paintings
stats-voters = Votes for others' paintings
stats-tasters = Early votes for winners
stats-somebody = someone

# What is said of rounds and of /random beside the rest.

muse-learned =
    { $count ->
        [one] In words that followed one another in a prompt that won.
       *[other] In words that followed one another in { $count } prompts that won.
    }
round-preselect = Of the paintings that enter by themselves, a program chooses the first { $share } % by its liking; members may still enter their own paintings.
withdrawn = This painting is no longer shown.

command-stats = Who painted and voted most lately, and who saw early what would win.
stats-title = The last 30 days
stats-own = { $count ->
    [0] You have asked for no painting in the last { $days } days.
    [one] You have asked for one painting in the last { $days } days.
   *[other] You have asked for { $count } paintings in the last { $days } days.
    }
stats-painters = Paintings
stats-voters = Votes for others' paintings
stats-tasters = Voted early for what won
stats-somebody = somebody

# What is said of rounds and of /random beside the rest.

muse-learned =
    { $count ->
        [one] In words that followed one another in a prompt that won.
       *[other] In words that followed one another in { $count } prompts that won.
    }
round-preselect = Of the paintings that enter by themselves, a program chooses the first { $share } % by its liking; members may still enter their own paintings.
withdrawn = This painting is no longer shown.

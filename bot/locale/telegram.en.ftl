# What only Telegram's frontend says.

telegram-told = I have sent you the answer in private, since it is for you alone.
telegram-write-first = The answer is for you alone: open { $url }, press Start, and ask me there.
telegram-picture-away = Your picture cannot be fetched from Telegram right now; please try again in a moment.
telegram-as-channel = Please write under your own name: who writes as a channel can neither ask nor vote here.
telegram-begin = /paint and what you want to see makes a painting, such as “/paint Cubist Painting of a City in Teal”.
telegram-help = All commands
